"""What every end-to-end test stands on: a terminal of 80 columns, and nothing from outside."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns, and nothing that the outside says of konkyo."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("KONKYO_CONFIG", "KONKYO_DB", "KONKYO_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

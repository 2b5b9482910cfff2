"""One answered campaign for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.project import Project
from tests.pipeline.release.support import open_pilot


@pytest.fixture(scope="session")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with the answered campaign `pilot`; only read it."""
    made = open_pilot(tmp_path_factory.mktemp("pilot"))
    yield made
    made.engine.dispose()

"""Files to read, written for one test each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text, bytes or a list of JSON objects into a file and return its path."""

    def write(content: str | bytes | list[dict[str, Any]], name: str = "data.txt") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(json.dumps(entry) + "\n" for entry in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write

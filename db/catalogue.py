"""Name → "module:Class": the plain tables by which konkyo is extended.

A catalogue imports an implementation only when it is asked for, so that listing names is cheap
and `konkyo --help` loads neither torch nor boto3.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from db.errors import UsageError
from db.words import near_miss


class Catalogue(Mapping[str, str]):
    """A read-only table of names; `load` turns one into the object it stands for."""

    def __init__(self, noun: str, table: dict[str, str]) -> None:
        self.noun = noun
        self._table = table

    def __getitem__(self, name: str) -> str:
        return self._table[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def load(self, name: str) -> Any:
        """The class or function behind `name`; an unknown name gets a hint at the nearest one."""
        if name not in self._table:
            raise UsageError(self._unknown(name))
        module, _, attribute = self._table[name].partition(":")
        return getattr(importlib.import_module(module), attribute)

    def _unknown(self, name: str) -> str:
        known = ", ".join(self._table)
        return f"no {self.noun} called {name!r}{near_miss(name, self)} (there are: {known})"

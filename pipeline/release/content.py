"""Everything a release consists of before it becomes files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.release.columns import Columns
from pipeline.release.facts import CampaignFacts
from pipeline.release.people import WORKERS


@dataclass(frozen=True)
class Content:
    """A release: tables that have rows, facts of its campaigns, and what its makers say of it.

    `pictures`: id in the project → path inside of the folder, those of `strip` without metadata.
    `license`, `language` and `about` are None where nobody stated them. `people` says whether
    workers, simulated workers or both answered. `created` is the day of the last submission.
    """

    name: str
    campaigns: tuple[CampaignFacts, ...]
    tables: Mapping[str, Columns]
    people: str
    license: str | None
    language: str | None
    about: str | None
    created: date | None
    excluded: Mapping[str, int]
    notes: tuple[str, ...]
    suffix: str = "parquet"
    pictures: Mapping[str, str] = field(default_factory=dict)
    strip: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """The name, and who answered if that was not people alone."""
        return self.name if self.people == WORKERS else f"{self.name} ({self.people})"

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return len(next(iter(self.tables[table].values()))) if table in self.tables else 0

    def path(self, table: str) -> str:
        """Where in the folder a table stands."""
        return f"data/{table}.{self.suffix}"

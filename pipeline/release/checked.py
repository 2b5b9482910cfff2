"""Everything a release would say, looked through before any of it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from db.errors import SafetyError
from pipeline.release.columns import TABLES, Columns, Scope
from pipeline.release.privacy import Privacy, redacted

NAMED = 12
"""Places that a refusal names before it counts the rest."""


@dataclass
class Sieve:
    """Looks through texts, remembers what it met (place and kind → how often), and cleans them.

    A text is looked at once for each scope; the same text always becomes the same.
    """

    privacy: Privacy
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    halves: int = 0
    _seen: dict[tuple[str, Scope], tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def text(self, place: str, text: str, scope: Scope) -> str:
        """The text with what was found in it blocked out, and half characters replaced."""
        if (text, scope) not in self._seen:
            found = self.privacy.found(text, scope)
            kinds = tuple(one.kind for one in found)
            self._seen[text, scope] = (redacted(text, found), kinds)
        clean, kinds = self._seen[text, scope]
        self.met.update((place, kind) for kind in kinds)
        return self._whole(clean)

    def anything(self, place: str, value: Any, scope: Scope) -> Any:
        """The same for every text inside of what JSON carries, names of fields among them."""
        if isinstance(value, str):
            return self.text(place, value, scope)
        if isinstance(value, Mapping):
            return {
                self.anything(place, name, scope): self.anything(place, inner, scope)
                for name, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.anything(place, inner, scope) for inner in value]
        return value

    def table(self, name: str, table: Columns) -> Columns:
        """A table with every column of other people's words looked through."""
        made = dict(table)
        for column in TABLES[name]:
            if column.scope != "ours":
                place = f"{name}, column {column.name!r}"
                values = table[column.name]
                made[column.name] = [self.anything(place, v, column.scope) for v in values]
        return made

    def _whole(self, text: str) -> str:
        """Half a character (a lone surrogate) is no text: files hold U+FFFD in its place."""
        if text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text):
            return text
        self.halves += 1
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)

    def refuse(self) -> None:
        """SafetyError that names every place and kind, and none of the words."""
        if not self.met:
            return
        places = [f"{n} × {kind} in {place}" for (place, kind), n in sorted(self.met.items())]
        more = f"; and {len(places) - NAMED} more places" if len(places) > NAMED else ""
        raise SafetyError(
            f"this could tell who a worker is: {'; '.join(places[:NAMED])}{more}. Nothing was "
            "written; correct the data, or block it out with --redact"
        )

"""New ids for instances whose content was changed: the old ones are hashes of the whole of it.

Who knew everything but the few characters that were blocked out could try until the hash fits.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pipeline.release.columns import Columns
from pipeline.release.names import Names

WORDS = ("text", "text_pair", "features")


def new_ids(
    before: Columns, after: Columns, names: Names, pictures: Collection[str] = ()
) -> dict[str, str]:
    """Old id → new one, for the rows whose words are no longer the same, and for `pictures`."""
    changed = [
        before["id"][row] in pictures
        or any(before[name][row] != after[name][row] for name in WORDS)
        for row in range(len(before["id"]))
    ]
    ids = zip(before["id"], changed, strict=True)
    return {identity: names.instance(identity) for identity, is_new in ids if is_new}


def renamed(tables: dict[str, Columns], ids: dict[str, str]) -> dict[str, Columns]:
    """The tables with the new ids wherever an instance is named."""
    if not ids:
        return tables
    made = {name: dict(table) for name, table in tables.items()}
    for table in made.values():
        if "instance" in table:
            table["instance"] = [ids.get(i, i) for i in table["instance"]]
    instances, items = made["instances"], made["items"]
    ways = zip(instances["id"], instances["image"], strict=True)
    instances["image"] = [way and way.replace(i, ids.get(i, i)) for i, way in ways]
    instances["id"] = [ids.get(i, i) for i in instances["id"]]
    items["shown"] = [_within(shown, ids) for shown in items["shown"]]
    return made


def _within(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, dict):
        return {name: _within(inner, ids) for name, inner in value.items()}
    return [_within(inner, ids) for inner in value] if isinstance(value, list) else value

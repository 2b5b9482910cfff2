"""Instances that were made to be found out: one token of a text was replaced, and which is known.

`konkyo faithfulness --corruption --gold FILE` writes them, `konkyo import jsonl` reads them like
any other text, and a study `highlight` takes them as check items, never as regular ones.
"""

from __future__ import annotations

from db.errors import DataError
from db.records import Instance

REPLACED = "replaced_token"
"""The attribute that holds the position of the replaced token, counted from 0."""


def replaced_token(instance: Instance) -> int | None:
    """The position of the replaced token; None for an ordinary instance."""
    said = instance.attributes.get(REPLACED)
    if said is None:
        return None
    if not (said.isdecimal() and int(said) < instance.n_tokens):
        raise DataError(
            f"instance {instance.id}: the attribute {REPLACED!r} is {said!r}, which is no token of "
            f"its text (0 … {instance.n_tokens - 1})"
        )
    return int(said)

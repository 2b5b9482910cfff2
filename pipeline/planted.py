"""Instances that were made up: texts of which a token was replaced, and pictures of classes.

`konkyo faithfulness --corruption --gold FILE` writes them, `konkyo import jsonl` reads them like
any other text, and a study `highlight` takes them as check items, never as regular ones. `konkyo
explain --inverse` makes pictures of classes: no model reads them, and a study shows them only where
their split is asked for.
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


CLASS_IMAGE = "class_image_of"
"""The attribute of a made-up picture of a class: the run that it was asked of."""
CLASS_IMAGES = "inverse"
"""Their split."""


def is_class_image(instance: Instance) -> bool:
    """Whether it is a made-up picture of a class rather than data."""
    return CLASS_IMAGE in instance.attributes

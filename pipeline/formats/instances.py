"""Instances from their parts: the identity is the content, the tokens are found or given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from db.records import NO_TOKENS, Instance, instance_id
from pipeline.formats.pictures import examine
from pipeline.formats.tokens import whitespace_offsets

Offsets = NDArray[np.int32]


class Description(TypedDict, total=False):
    """What is said of an instance without being part of what it is."""

    label: str | None
    split: str | None
    attributes: Mapping[str, str]


def text_instance(text: str, about: Description, offsets: Offsets | None = None) -> Instance:
    """One text; without `offsets` its tokens are those between whitespace."""
    found = whitespace_offsets(text) if offsets is None else offsets
    return Instance(instance_id("text", text), "text", text, found, **about)


def pair_instance(
    text: str,
    text_pair: str,
    about: Description,
    offsets: Offsets | None = None,
    offsets_pair: Offsets | None = None,
) -> Instance:
    """Two texts that are read together, each with tokens of its own."""
    return Instance(
        instance_id("pair", text, text_pair),
        "pair",
        text,
        whitespace_offsets(text) if offsets is None else offsets,
        text_pair,
        whitespace_offsets(text_pair) if offsets_pair is None else offsets_pair,
        **about,
    )


def image_instance(data: bytes, about: Description, *, keep: bool = True) -> Instance:
    """A picture from its file; bytes that are none are a `DataError`. Without `keep` they are not
    held, and have to be put back before the instance is stored."""
    picture = examine(data)
    return Instance(
        instance_id("image", data),
        "image",
        "",
        NO_TOKENS,
        image=data if keep else None,
        media_type=picture.media_type,
        size=picture.size,
        **about,
    )


def row_instance(features: Mapping[str, str | float], about: Description) -> Instance:
    """Named features in the order in which people see them."""
    return Instance(instance_id("row", features), "row", "", NO_TOKENS, features=features, **about)

"""Known ids, found in a text whatever their case, and taken apart by spaces, dashes, underscores."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from pipeline.release.disguise import Plain, plain

LONG = 8
"""Ids of this many characters are found taken apart too; shorter ones would be met by chance."""

_TOKEN = re.compile(r"[a-z0-9]+|[^a-z0-9]", re.DOTALL)
_GAP = re.compile(r"[\s_\-\u00ad\u058a\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


class KnownIds:
    """Ids to look for as words: neither behind nor before them stands an ASCII letter or digit."""

    def __init__(self, ids: Collection[str], *, apart: bool = True) -> None:
        """`apart`: also with gaps inside, or without the gaps that are in the id."""
        forms = {form for i in ids for form in (i.casefold(), plain(i).folded().text) if form}
        self._whole = frozenset(forms)
        long = {form for form in forms if len(form) >= LONG} if apart else set()
        self._apart = frozenset(bare for form in long if (bare := _GAP.sub("", form)))
        self._heads = frozenset(_beginnings(self._whole))
        self._heads_apart = frozenset(_beginnings(self._apart))

    def spans(self, folded: Plain) -> Iterator[tuple[int, int]]:
        """Half-open spans of the text as it was written; one may lie within another."""
        if not self._whole:
            return
        tokens = [(m[0], m.start()) for m in _TOKEN.finditer(folded.text)]
        held = [token for token in tokens if not _GAP.fullmatch(token[0])]
        for some, ids, heads in (
            (tokens, self._whole, self._heads),
            (held, self._apart, self._heads_apart),
        ):
            for number, (word, _) in enumerate(some):
                if word in heads:
                    yield from (folded.written(*s) for s in _from(some, number, ids, heads))


def _beginnings(ids: Collection[str]) -> Iterator[str]:
    """What a text can have read of an id when a word ends."""
    return (i[:end] for i in ids for end in range(1, len(i) + 1))


def _from(
    tokens: Sequence[tuple[str, int]], number: int, ids: frozenset[str], heads: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Spans of the ids that begin with token `number` and end with one."""
    read, start = "", tokens[number][1]
    for at in range(number, len(tokens)):
        word, place = tokens[at]
        read += word
        if read not in heads:
            return
        if read in ids:
            yield start, place + len(word)

"""Finds what could tell who a worker is in the words that a release would hold.

Looked for: platform ids of the project's table, pseudonyms of the project, ids in the form of
Mechanical Turk and of Prolific, e-mail addresses, IP addresses, and exact times where somebody
typed them; all of it also in the disguises that `disguise.py` undoes. Names, places and handwriting
are not found: read free-text answers before you publish.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from db.store.identities import Identities
from pipeline.release.columns import Scope
from pipeline.release.disguise import Plain, plain, written
from pipeline.release.known import KnownIds
from pipeline.release.moments import moments

SHORTEST = 6
"""Shorter ids are names within an imported file, such as `1` or `ann`; words are full of them."""
NOBODY = "anonymous:"
"""How an import calls somebody whom its file does not name."""
PLATFORM, PSEUDONYM = "platform worker id", "pseudonym of a project"
EMAIL = "e-mail address"
BLOCK = "█"

_EDGE, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_HEX = re.compile(_EDGE + r"[0-9a-fA-F]{24}" + _END)
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f:]{2,39}(?![\w:])")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"


@dataclass(frozen=True)
class Found:
    """Characters `start` to `end` (half-open) of a text, and what they seem to be."""

    kind: str
    start: int
    end: int


def _mturk(word: str) -> bool:
    # Without a digit it is a word, such as ADMINISTRATION. Answers are compared in small letters.
    one_case = word in (word.upper(), word.lower())
    return one_case and any(c.isdigit() for c in word)


def _ipv6(word: str) -> bool:
    try:
        address = ipaddress.IPv6Address(word)
    except ValueError:
        return False
    return len(word) >= SHORTEST and any(c.isdigit() for c in word) and not address.is_unspecified


def _always(word: str) -> bool:
    return True


PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        "id in the form of Mechanical Turk's",
        re.compile(rf"(?i:{_EDGE}A[A-Z0-9]{{12,14}}{_END})"),
        _mturk,
    ),
    (PSEUDONYM, re.compile(rf"(?i:{_EDGE}w[0-9a-f]{{16}}{_END})"), _always),
    (EMAIL, re.compile(r"[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"), _always),
    ("IP address", re.compile(rf"(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.]*\d)"), _always),
    ("IP address", _IPV6, _ipv6),
)


class Privacy:
    """What must not leave; `known` are ids of instances: 24 hex digits, like Prolific's."""

    def __init__(self, identities: Identities, known: Collection[str] = ()) -> None:
        ids = {i for i in identities.platform_ids if len(i) >= SHORTEST}
        ids = {i for i in ids if not i.startswith(NOBODY)}
        names = {i for i in ids if i.isascii() and i.isalpha()}
        wordy = {i for i in ids - names if not any(c.isdigit() for c in i)}
        self._ids = KnownIds(ids - names - wordy)
        self._plain = tuple(sorted(i.casefold() for i in ids - names))
        self._wordy = KnownIds(wordy, apart=False)
        self._names = KnownIds(names | wordy)
        self._pseudonyms = KnownIds(identities.pseudonyms)
        self._known = frozenset(known)

    def found(self, text: str, scope: Scope) -> list[Found]:
        """Everything of the kind in `text`, in no order.

        A platform id of letters alone is looked for in what workers said, and not in the data: a
        name in a file may be any word. Times of the data are the data's.
        """
        bare = plain(text)
        made = self._ours(bare, scope) + self._forms(text, scope)
        if bare.text != text:
            made += self._ours(written(text), scope)
            hidden = self._forms(bare.text, scope)
            made += [Found(one.kind, *bare.written(one.start, one.end)) for one in hidden]
        return _largest(made)

    def within(self, text: str) -> bool:
        """Whether a platform id that is no mere name stands anywhere in `text`, as a word or not."""
        folded = text.casefold()
        return any(i in folded for i in self._plain)

    def _ours(self, text: Plain, scope: Scope) -> list[Found]:
        """Ids that the project knows."""
        folded = text.folded()
        ids = [self._ids, self._names if scope == "said" else self._wordy]
        made = [Found(PLATFORM, *span) for known in ids for span in known.spans(folded)]
        return made + [Found(PSEUDONYM, *span) for span in self._pseudonyms.spans(folded)]

    def _forms(self, text: str, scope: Scope) -> list[Found]:
        """What has the form of an id, an address or a time."""
        made: list[Found] = []
        for kind, pattern, holds in PATTERNS:
            made += [Found(kind, *m.span()) for m in pattern.finditer(text) if holds(m[0])]
        hexes = (m for m in _HEX.finditer(text) if m[0] not in self._known)
        made += [Found("id in the form of Prolific's", *m.span()) for m in hexes]
        if scope == "said":
            made += [Found("exact time", *span) for span in moments(text)]
        return made


def redacted(text: str, found: Collection[Found]) -> str:
    """Every found character but whitespace as a block: lengths and the places of tokens stay."""
    letters = list(text)
    for one in found:
        letters[one.start : one.end] = [
            c if c.isspace() else BLOCK for c in text[one.start : one.end]
        ]
    return "".join(letters)


def _largest(found: Collection[Found]) -> list[Found]:
    """Without what lies within another: what is known of the platform before what it looks like."""
    ordered = sorted(found, key=lambda f: (f.start - f.end, f.kind != PLATFORM, f.start))
    kept: list[Found] = []
    for one in ordered:
        if not any(k.start <= one.start and one.end <= k.end for k in kept):
            kept.append(one)
    return kept

"""Finds what could tell who a worker is in the words that a release would hold.

Looked for: platform ids of the project's table, pseudonyms of the project, ids in the form of
Mechanical Turk and of Prolific, e-mail addresses, IP addresses, and exact times where somebody
typed them. Names, places and handwriting are not found: read free-text answers before you publish.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from db.store.identities import Identities
from pipeline.release.columns import Scope

SHORTEST = 6
"""Shorter ids are names within an imported file, such as `1` or `ann`; words are full of them."""
NOBODY = "anonymous:"
"""How an import calls somebody whom its file does not name."""
PLATFORM, PSEUDONYM = "platform worker id", "pseudonym of a project"
BLOCK = "█"

_EDGE, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_WORD = re.compile(r"[A-Za-z0-9]+")
_HEX = re.compile(_EDGE + r"[0-9a-fA-F]{24}" + _END)
_TIME = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?")
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
    (PSEUDONYM, re.compile(_EDGE + r"w[0-9a-f]{16}" + _END), _always),
    ("e-mail address", re.compile(r"[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"), _always),
    ("IP address", re.compile(rf"(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.]*\d)"), _always),
    ("IP address", _IPV6, _ipv6),
)


class Privacy:
    """What must not leave; `known` are ids of instances: 24 hex digits, like Prolific's."""

    def __init__(self, identities: Identities, known: Collection[str] = ()) -> None:
        ids = {i for i in identities.platform_ids if len(i) >= SHORTEST}
        ids = {i for i in ids if not i.startswith(NOBODY)}
        plain = {i for i in ids if _WORD.fullmatch(i)}
        self._names = {i for i in plain if i.isalpha()}
        self._ids = {i.casefold() for i in plain - self._names}
        self._pseudonyms = identities.pseudonyms
        self._known = frozenset(known)
        others = sorted(ids - plain, key=lambda i: (-len(i), i))
        joined = "|".join(map(re.escape, others))
        self._others = re.compile(f"{_EDGE}(?:{joined}){_END}") if others else None

    def found(self, text: str, scope: Scope) -> list[Found]:
        """Everything of the kind in `text`, in no order.

        A platform id of letters alone is looked for in what workers said, and not in the data: a
        name in a file may be any word. Times of the data are the data's.
        """
        made = list(self._platform(text, scope))
        for kind, pattern, holds in PATTERNS:
            made += [Found(kind, *m.span()) for m in pattern.finditer(text) if holds(m[0])]
        hexes = (m for m in _HEX.finditer(text) if m[0] not in self._known)
        made += [Found("id in the form of Prolific's", *m.span()) for m in hexes]
        if scope == "said":
            made += [Found("exact time", *m.span()) for m in _TIME.finditer(text)]
        return _largest(made)

    def _platform(self, text: str, scope: Scope) -> Iterator[Found]:
        for match in _WORD.finditer(text):
            word = match[0]
            if word.casefold() in self._ids or (scope == "said" and word in self._names):
                yield Found(PLATFORM, *match.span())
            elif word in self._pseudonyms:
                yield Found(PSEUDONYM, *match.span())
        if self._others is not None:
            yield from (Found(PLATFORM, *m.span()) for m in self._others.finditer(text))


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

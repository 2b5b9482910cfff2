"""HTML as a browser would take it, with the place of everything in the source.

The parser is the standard library's: it is kept with Python, gives a place for every tag and never
refuses anything. The rules by which browsers close elements, as far as templates meet them, are in
`Reader`: html5lib knows all of them, but its tree has no places, and a finding without a line
helps nobody.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'>/=][^\s>/=]*)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s>"']?[^\s>]*))?"""
)
_LIQUID = re.compile(r"\{%.*?%\}", re.DOTALL)
_BARE = re.compile(r"\$\{[^}>]*\}|\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Attribute:
    """One attribute: `at` is where its name begins, `value_at` where its value does.

    `quote` is the mark around the value, "" where there is none. A value that is not given is "".
    """

    name: str
    value: str
    at: int
    value_at: int
    quote: str


@dataclass(frozen=True)
class Element:
    """A start tag and what belongs to it: `last` is the index of its last descendant or itself."""

    tag: str
    at: int
    index: int
    parent: int
    last: int
    attributes: tuple[Attribute, ...]

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {one.name: one.value for one in reversed(self.attributes)}

    def get(self, name: str) -> str:
        """The attribute's value; "" where it is absent."""
        return self._by_name.get(name, "")

    def has(self, name: str) -> bool:
        """Whether the attribute is there, with or without a value."""
        return name in self._by_name

    @property
    def type(self) -> str:
        """The type of an input, "text" where none is named."""
        return self.get("type").strip().lower() or "text"


@dataclass(frozen=True)
class Text:
    """A run of characters in the element `parent` (-1: in none)."""

    value: str
    at: int
    parent: int


@dataclass(frozen=True)
class Slip:
    """A tag that does not fit: `kind` says how, `other` is the tag it collides with."""

    kind: str
    tag: str
    at: int
    other: str = ""


@dataclass(frozen=True)
class Markup:
    """A source, taken apart."""

    source: str
    elements: tuple[Element, ...] = ()
    texts: tuple[Text, ...] = ()
    slips: tuple[Slip, ...] = ()
    is_document: bool = False
    _lines: list[int] = field(default_factory=lambda: [0], repr=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def find(self, *tags: str) -> Iterator[Element]:
        """Elements with one of these names, in the order of the source."""
        return (element for element in self.elements if element.tag in tags)

    def ancestors(self, element: Element) -> Iterator[Element]:
        """The elements around `element`, from the inside out."""
        while element.parent >= 0:
            element = self.elements[element.parent]
            yield element

    def inside(self, element: Element) -> tuple[Element, ...]:
        """Everything in `element`."""
        return self.elements[element.index + 1 : element.last + 1]

    def text(self, element: Element) -> str:
        """All the characters in `element`."""
        return "".join(text.value for text in self.texts_in(element))

    def texts_in(self, element: Element) -> list[Text]:
        """The runs of characters in `element`, in the order of the source."""
        span = range(element.index, element.last + 1)
        found = [text for index in span for text in self._by_parent.get(index, ())]
        return sorted(found, key=lambda text: text.at)

    @cached_property
    def _by_parent(self) -> dict[int, list[Text]]:
        by_parent: dict[int, list[Text]] = {}
        for text in self.texts:
            by_parent.setdefault(text.parent, []).append(text)
        return by_parent


def attributes(tag: str, at: int) -> tuple[Attribute, ...]:
    """The attributes in a start tag that begins at `at` of the source."""
    plain = _LIQUID.sub(lambda found: " " * len(found[0]), tag)
    name = re.match(r"</?[^\s/>]*", plain)
    start = name.end() if name else 1
    # A placeholder with a space in it is one piece, wherever it stands.
    whole = _BARE.sub(lambda found: re.sub(r"[\s=\"'/>]", "_", found[0]), plain)
    return tuple(
        _attribute(found, tag, at) for found in _ATTRIBUTE.finditer(whole, start, len(tag) - 1)
    )


def _attribute(found: re.Match[str], tag: str, at: int) -> Attribute:
    name, (start, stop) = found["name"].lower(), found.span("value")
    if start < 0:
        return Attribute(name, "", at + found.start(), at + found.end(), "")
    quoted = tag[start : start + 1] in ('"', "'") and stop - start > 1
    value = tag[start + 1 : stop - 1] if quoted else tag[start:stop]
    quote = tag[start] if quoted else ""
    return Attribute(name, value, at + found.start(), at + start + quoted, quote)

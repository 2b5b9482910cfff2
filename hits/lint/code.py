"""JavaScript, as far as the checks look at it: code without its comments and strings, and in what
an expression stands.

The length never changes: what is blanked becomes spaces, so that places stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?", re.DOTALL)
_REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_BEFORE_REGEX = re.compile(r"(?:^|[(,=:\[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case))\s*$")


@dataclass(frozen=True)
class Part:
    """A stretch of code that is "comment", "string", "template" or "regex"."""

    kind: str
    start: int
    stop: int


@dataclass(frozen=True)
class Code:
    """A script, or the code of an event handler, that begins at `at` of the source."""

    text: str
    at: int
    is_handler: bool = False

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Comments, strings and regular expressions."""
        return tuple(_parts(self.text))

    @cached_property
    def kept(self) -> str:
        """The code with its comments blanked."""
        return self._blanked(("comment",))

    @cached_property
    def bare(self) -> str:
        """The code with comments and all that is quoted blanked."""
        return self._blanked(("comment", "string", "template", "regex"))

    def part_at(self, offset: int) -> Part | None:
        """The comment or quoted part in which an offset stands; None in plain code."""
        return next((part for part in self.parts if part.start <= offset < part.stop), None)

    def around(self, offset: int) -> Iterator[str]:
        """What the expression at `offset` stands in, from the inside out: the words before each
        open brace, and first those of the statement itself."""
        depth, started = 0, False
        for at in range(offset - 1, -1, -1):
            char = self.bare[at]
            if not started and char in "{};":
                started = True
                yield self.kept[at + 1 : offset].strip()
            if char == "{" and not depth:
                yield self._header(at)
            depth += (char == "}") - (char == "{" and depth > 0)
        if not started:
            yield self.kept[:offset].strip()

    def _header(self, brace: int) -> str:
        """The words before a brace, back to the end of the statement before."""
        depth, start = 0, brace
        while start > 0:
            char = self.bare[start - 1]
            depth += (char == ")") - (char == "(")
            if char in "{}" or (char == ";" and depth <= 0):
                break
            start -= 1
        return self.kept[start:brace].strip()

    def _blanked(self, kinds: tuple[str, ...]) -> str:
        pieces, at = [], 0
        for part in self.parts:
            if part.kind in kinds:
                hidden = re.sub(r"[^\n]", " ", self.text[part.start : part.stop])
                pieces += [self.text[at : part.start], hidden]
                at = part.stop
        return "".join([*pieces, self.text[at:]])


def _parts(text: str) -> Iterator[Part]:
    at = 0
    while at < len(text):
        kind, stop = _part(text, at)
        if kind:
            yield Part(kind, at, stop)
        at = stop


def _part(text: str, at: int) -> tuple[str, int]:
    """The kind of what begins at `at` ("" for plain code) and where it ends."""
    if found := _COMMENT.match(text, at):
        return "comment", found.end()
    if found := _QUOTED.match(text, at):
        return "string", found.end()
    if text[at] == "`":
        return "template", _template_end(text, at)
    if text[at] == "/" and _BEFORE_REGEX.search(text[max(0, at - 40) : at]):
        found = _REGEX.match(text, at)
        if found:
            return "regex", found.end()
    return "", at + 1


def _template_end(text: str, at: int) -> int:
    """Where a template string ends; another may stand in its `${…}`."""
    depth, at = 0, at + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif depth and text[at] == "`":
            at = _template_end(text, at) - 1
        elif text[at] == "`":
            return at + 1
        elif text.startswith("${", at):
            depth, at = depth + 1, at + 1
        elif depth and text[at] == "{":
            depth += 1
        elif depth and text[at] == "}":
            depth -= 1
        at += 1
    return len(text)

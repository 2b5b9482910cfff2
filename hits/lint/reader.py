"""Source → Markup: which element belongs to which, and where a browser sees it otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from hits.lint.elements import (
    ALONE,
    BARRIERS,
    BLOCKS,
    CLOSES,
    FOREIGN,
    HEADINGS,
    ONLY_TEXT,
    OPTIONAL,
    SPECIAL,
    VOID,
    words,
)
from hits.lint.markup import Attribute, Element, Markup, Slip, Text, attributes


@dataclass
class _Open:
    """An element while it is being read; `last` is itself until all is read."""

    tag: str
    at: int
    parent: int
    attributes: tuple[Attribute, ...]
    last: int


class Reader(HTMLParser):
    """Collects elements, texts and slips."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.lines = [0, *(at + 1 for at, char in enumerate(source) if char == "\n")]
        self.found: list[_Open] = []
        self.stack: list[int] = []
        self.texts: list[Text] = []
        self.slips: list[Slip] = []
        self.is_document = False
        self._left: dict[str, list[Slip | None]] = {}
        self._dropped = 0

    @property
    def at(self) -> int:
        """The offset of what is being read."""
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_decl(self, decl: str) -> None:
        self.is_document |= decl.lower().startswith("doctype")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._imply(tag)
        self._add(tag, attributes(self.get_starttag_text() or "", self.at))
        if tag == "form" and self._depth("form") is not None:
            self._dropped += 1  # browsers pass over a form in a form, and its end ends the outer
        elif tag not in VOID:
            self.stack.append(len(self.found) - 1)
        if tag in ONLY_TEXT:
            self.set_cdata_mode(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._imply(tag)
        self._add(tag, attributes(self.get_starttag_text() or "", self.at))
        drawn = any(self.found[index].tag in FOREIGN for index in self.stack)
        if tag not in VOID and tag not in FOREIGN and not drawn:
            self.slips.append(Slip("self-closed", tag, self.at))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        depth = self._depth(tag)
        if depth is None:
            self._stray(tag)
            return
        for index in reversed(self.stack[depth + 1 :]):
            # The end of a phrase leaves a paragraph or a list item in it open, or tears it in two.
            torn = tag not in SPECIAL and self.found[index].tag in SPECIAL
            self._leave(self.found[index], f"</{tag}>", torn)
        del self.stack[depth:]

    def handle_data(self, data: str) -> None:
        parent = self.stack[-1] if self.stack else -1
        before = self.texts[-1] if self.texts else None
        # The parser may hand over a script in pieces.
        if before and before.parent == parent and before.at + len(before.value) == self.at:
            self.texts[-1] = Text(before.value + data, before.at, parent)
        else:
            self.texts.append(Text(data, self.at, parent))

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """What begins with `<![` is a comment to browsers; the library stops at some of it."""
        return self.parse_bogus_comment(i)

    def unknown_decl(self, data: str) -> None:
        """A CDATA section in HTML is a comment: nothing is shown."""

    def finish(self) -> Markup:
        """Everything that was read; what is still open is left."""
        self.feed(self.source)
        self.close()
        for index in reversed(self.stack):
            self._leave(self.found[index], "the end of the page")
        for one in reversed(self.found):
            if one.parent >= 0:
                around = self.found[one.parent]
                around.last = max(around.last, one.last)
        self.is_document |= any(one.tag == "html" for one in self.found)
        elements = tuple(
            Element(one.tag, one.at, index, one.parent, one.last, one.attributes)
            for index, one in enumerate(self.found)
        )
        slips = tuple(sorted(self.slips, key=lambda slip: slip.at))
        return Markup(self.source, elements, tuple(self.texts), slips, self.is_document, self.lines)

    def _add(self, tag: str, given: tuple[Attribute, ...]) -> None:
        index = len(self.found)
        parent = self.stack[-1] if self.stack else -1
        self.found.append(_Open(tag, self.at, parent, given, index))

    def _depth(self, tag: str) -> int | None:
        """Where in the stack the element is that an end tag closes; None if it closes none."""
        for depth in range(len(self.stack) - 1, -1, -1):
            name = self.found[self.stack[depth]].tag
            if name == tag:
                return depth
            if name in BARRIERS and tag not in ("table", "tr", "tbody", "thead", "tfoot"):
                return None
            if name in ("table", "template"):
                return None
        return None

    def _imply(self, tag: str) -> None:
        """Close what a start tag closes without a word."""
        if tag in HEADINGS and self.stack and self.found[self.stack[-1]].tag in HEADINGS:
            self._leave(self.found[self.stack.pop()], f"<{tag}>")
        if tag in ALONE:
            self._close_up_to(words(tag), BARRIERS, tag)
        if tag == "option" and not self._within("select"):
            self._close_current("option", tag)
        elif tag in CLOSES:
            closed, barriers = CLOSES[tag]
            self._close_up_to(closed, barriers | {"template"}, tag)
        if tag in BLOCKS:
            self._close_up_to(words("p"), BARRIERS | {"button"}, tag)

    def _within(self, tag: str) -> bool:
        """Whether an element called so is open, with no template between."""
        names = [self.found[index].tag for index in self.stack]
        inner = (
            names[len(names) - names[::-1].index("template") :] if "template" in names else names
        )
        return tag in inner

    def _close_current(self, closed: str, tag: str) -> None:
        """Close the innermost open element, if it is called so."""
        if self.stack and self.found[self.stack[-1]].tag == closed:
            self._leave(self.found[self.stack.pop()], f"<{tag}>")

    def _close_up_to(self, closed: frozenset[str], barriers: frozenset[str], tag: str) -> None:
        for depth in range(len(self.stack) - 1, -1, -1):
            name = self.found[self.stack[depth]].tag
            if name in barriers:
                return
            if name in closed:
                for index in reversed(self.stack[depth:]):
                    self._leave(self.found[index], f"<{tag}>")
                del self.stack[depth:]
                return

    def _leave(self, element: _Open, cause: str, torn: bool = False) -> None:
        """Note an element that is closed by something else than its own end tag."""
        slip = None
        if element.tag == "p" and cause.startswith("<") and not cause.startswith("</"):
            self._left.setdefault("p", []).append(Slip("block-in-p", "p", element.at, cause))
            return
        if torn or element.tag not in OPTIONAL:
            slip = Slip("unclosed", element.tag, element.at, cause)
            self.slips.append(slip)
        self._left.setdefault(element.tag, []).append(slip)

    def _stray(self, tag: str) -> None:
        """An end tag that closes nothing: is it the late end of something left before?"""
        if tag == "form" and self._dropped:
            self._dropped -= 1
            return
        earlier = self._left.get(tag)
        slip = earlier.pop() if earlier else None
        if slip is None:
            self.slips.append(Slip("stray-end", tag, self.at))
        elif slip.kind == "block-in-p":
            self.slips.append(slip)
        else:
            self.slips.remove(slip)
            self.slips.append(Slip("misnested", tag, slip.at, slip.other))


def read_markup(source: str) -> Markup:
    """`source` taken apart; nothing is refused."""
    return Reader(source).finish()

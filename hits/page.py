"""What a page carries: its items as JSON, made only of characters that HTML and XML can hold.

The JSON stands in `<script type="application/json" id="konkyo-data">`:

    {"v": 2, "study": "highlight", "settings": {…},
     "items": [{"id": "…", "panels": [{…}, …], "choices": [{"text": "…"} or {"panel": 1}, …],
                "phase": "…", "practice": {question: value}}]}

and a panel is one of

    {"kind": "text", "tokens": ["…", …], "gaps": ["…", …], "sentences": [0, 7, …]}
    {"kind": "pair", "tokens": …, "gaps": …, "split": 4}
    {"kind": "image", "src": "…", "width": 28, "height": 28, "alt": "…", "grid": [7, 7]}
    {"kind": "row", "names": ["…", …], "values": ["…", …]}
    {"kind": "words", "words": ["…", …]}

with `presentation`, `scores` (in [0, 1], the largest is 1), `label`, `caption` and `hue`. What says
nothing is left out. `gaps` is the text around the tokens: one before each token and one after the
last, so T + 1; for a pair, T1 + 1 of the first text and then T2 + 1 of the second, and `split` is
T1. Without `gaps` one space stands between the tokens of a text and nothing around them.
`sentences` are the first tokens of the sentences, where sentences are marked whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from db.errors import KonkyoError

if TYPE_CHECKING:
    from hits.studies.panels import Panel, ShownItem

DATA_ID = "konkyo-data"
VERSION = 2
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_RISKY = re.compile("[<>&\u2028\u2029\U00010000-\U0010ffff]")


def visible(text: str) -> str:
    """`text` with a symbol for each character that HTML or XML cannot carry; the length stays.

    C0 controls other than tab and newline become their control picture (NUL is U+2400); lone
    surrogates, U+FFFE and U+FFFF become U+FFFD.
    """
    # Nothing printable is unshowable, and asking for that is much faster than looking for it.
    return text if text.isprintable() else _UNSHOWABLE.sub(_symbol, text)


def _symbol(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def one_newline(text: str) -> str:
    """Every line ending as a line feed, which is what parsing would make of it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def page_data(
    study: str, items: Sequence[ShownItem], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything the page's script works from; `settings` are complete and may be seen."""
    shown = [_item_data(item) for item in items]
    return {"v": VERSION, "study": study, "settings": dict(settings), "items": shown}


def _item_data(item: ShownItem) -> dict[str, Any]:
    data: dict[str, Any] = {"id": item.id, "panels": [_panel_data(p) for p in item.panels]}
    if item.choices:
        data["choices"] = [
            {"text": visible(c.text)} if c.panel is None else {"panel": c.panel}
            for c in item.choices
        ]
    if item.phase:
        data["phase"] = item.phase
    if item.practice is not None:
        data["practice"] = dict(item.practice)
    return data


def _panel_data(panel: Panel) -> dict[str, Any]:
    data = {"kind": panel.kind, **_content(panel), "presentation": panel.presentation}
    if panel.scores is not None and panel.presentation != "plain":
        data["scores"] = shown_scores(panel.scores, panel.presentation)
        if panel.grid is not None:
            data["grid"] = list(panel.grid)
    if panel.label is not None:
        data["label"] = visible(panel.label)
    if panel.caption:
        data["caption"] = visible(panel.caption)
    if panel.hue != "blue":
        data["hue"] = panel.hue
    return data


def _content(panel: Panel) -> dict[str, Any]:
    """What a panel of each kind shows."""
    if panel.kind == "image" and panel.picture is not None:
        picture = panel.picture
        return {
            "src": picture.src,
            "width": picture.width,
            "height": picture.height,
            "alt": visible(picture.alt),
        }
    if panel.kind == "row":
        return {"names": _seen(panel.names), "values": _seen(panel.values)}
    if panel.kind == "words":
        return {"words": _seen(panel.words)}
    parts = panel.parts
    tokens = [[text[a:b] for a, b in spans] for text, spans in parts]
    data: dict[str, Any] = {"tokens": _seen([word for words in tokens for word in words])}
    if any(text != " ".join(words) for (text, _), words in zip(parts, tokens, strict=True)):
        data["gaps"] = [gap for text, spans in parts for gap in _gaps(text, spans)]
    if panel.text_pair is not None:
        data["split"] = len(panel.offsets)
    if panel.sentences:
        data["sentences"] = list(panel.sentences)
    return data


def _seen(lines: Sequence[str]) -> list[str]:
    """Each line as `visible` has it; they are looked at together, which is all most need."""
    return list(lines) if "".join(lines).isprintable() else [visible(line) for line in lines]


def _gaps(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    starts = [start for start, _ in spans] + [len(text)]
    ends = [0] + [stop for _, stop in spans]
    return [visible(one_newline(text[a:b])) for a, b in zip(ends, starts, strict=True)]


def shown_scores(scores: Sequence[float], presentation: str) -> list[float]:
    """Scores as people see them: positive parts relative to the largest, to three decimals.

    Words that speak against the label are shown like words that say nothing. As "top" and "marks"
    every positive score is 1. Without a positive score all are 0.
    """
    positive = [max(float(score), 0.0) for score in scores]
    largest = max(positive, default=0.0)
    if presentation in ("marks", "top"):
        return [float(score > 0) for score in positive]
    return [round(score / largest, 3) if largest else 0.0 for score in positive]


def script_json(data: Mapping[str, Any]) -> str:
    """JSON that can stand inside a script element: `<`, `>`, `&`, the line separators and all
    characters past U+FFFF are written as JSON escapes."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Most pages hold nothing risky, and a look at each character costs more than all the rest.
    plain = text.isascii() and not any(mark in text for mark in "<>&")
    return text if plain else _RISKY.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    utf16 = match.group().encode("utf-16-be").hex()
    return "".join(f"\\u{utf16[at : at + 4]}" for at in range(0, len(utf16), 4))


def study_page_data(html: str) -> dict[str, Any]:
    """The JSON that a rendered page carries; KonkyoError where it carries none."""
    reader = _DataReader()
    reader.feed(html)
    reader.close()
    if not reader.found:
        raise KonkyoError(f"the page carries no item data (a script element {DATA_ID!r})")
    try:
        data = json.loads("".join(reader.pieces))
    except ValueError as error:
        raise KonkyoError(f"the item data of the page are no JSON: {error}") from error
    if not isinstance(data, dict) or data.get("v") != VERSION:
        raise KonkyoError("the item data of the page are of a version that this konkyo cannot read")
    return data


class _DataReader(HTMLParser):
    """Collects the text of the one script element that holds the data."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False
        self.pieces: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and ("id", DATA_ID) in attrs:
            self.found = self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.pieces.append(data)

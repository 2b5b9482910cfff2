"""A market in miniature for browser tests: it frames a page as markets do and keeps what is sent.

One loopback server serves a parent page with a sandboxed frame, the study's page in that frame,
and the address that answers are posted to.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode
from xml.sax.saxutils import escape

from playwright.sync_api import FrameLocator, Locator, Page

from hits.answers import read_fields, read_konkyo
from hits.render import PageFacts, Shell
from hits.studies.panels import Panel, ShownItem
from tests.support.browsers import chromium

__all__ = ["chromium"]

SANDBOX = "allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox"
PARENT = """<!doctype html><meta charset="utf-8"><title>market</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 0 }} iframe {{ border: 0; width: 100vw; height: 100vh }}</style>
<iframe name="task" sandbox="{sandbox}" src="/frame?{query}"></iframe>
<script>
var heard = [], saved = {saved};
addEventListener('message', function (event) {{
  // A page that was left may still speak: its last words belong to another assignment.
  if (event.source !== window.frames[0]) return;
  heard.push(event.data);
  if (event.data.konkyo === 'autosave') saved = event.data.data;
  if (event.data.konkyo === 'ready') {{
    event.source.postMessage({{konkyo: 'restore', data: saved}}, '*');
  }}
}});
</script>"""
TEXT = "The soup was cold and the waiter never smiled though the music was nice"
FACTS = PageFacts(
    title="Judge these texts",
    pay="$0.50",
    minutes=2,
    instructions="Read.\n\n- **Then** answer.",
    consent="By submitting you agree.",
)


def item(item_id: str, text: str, **more: Any) -> ShownItem:
    """An item of one text, whose tokens are the runs without a space, a tab or a newline in it.

    `more` are fields of the panel, or of the item itself.
    """
    tokens = text.replace("\n", " ").replace("\t", " ").split(" ")
    spans, at = [], 0
    for token in filter(None, tokens):
        at = text.index(token, at)
        spans.append((at, at + len(token)))
        at += len(token)
    of_item = {name: more.pop(name) for name in ("choices", "phase", "practice") if name in more}
    return ShownItem(item_id, (Panel("text", text, tuple(spans), **more),), **of_item)


def answer_xml(fields: dict[str, str]) -> str:
    """The answer XML that a market makes of a form's fields."""
    answers = "".join(
        f"<Answer><QuestionIdentifier>{escape(name)}</QuestionIdentifier>"
        f"<FreeText>{escape(value)}</FreeText></Answer>"
        for name, value in fields.items()
    )
    space = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01"
    return f'<QuestionFormAnswers xmlns="{space}/QuestionFormAnswers.xsd">{answers}</QuestionFormAnswers>'


@dataclass
class Desk:
    """A worker's browser page with the study in its frame, and what came of it."""

    page: Page
    frame: FrameLocator
    market: Market
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def heard(self) -> list[Any]:
        """The messages that reached the parent page."""
        messages: list[Any] = self.page.evaluate("heard")
        return messages

    def submitted(self) -> dict[str, str]:
        """The fields that the market got, waiting for them at most ten seconds."""
        assert self.market.arrived.wait(10), "nothing was submitted"
        return self.market.posted[-1]

    def words(self) -> list[str]:
        """Text of each token of the item in view, as the browser has it."""
        texts: list[str] = self.frame.locator(
            ".item:not([hidden]) [data-widget] .words .w"
        ).evaluate_all("nodes => nodes.map(node => node.textContent)")
        return texts

    def cards(self) -> list[str]:
        """Words of each choice of the item in view."""
        texts: list[str] = self.frame.locator(".item:not([hidden]) .pickcard label").evaluate_all(
            "nodes => nodes.map(node => node.textContent)"
        )
        return texts

    def press_here(self) -> None:
        """Press the button that the keyboard is at, by script: a frame that goes away under a key
        may never acknowledge it, and the browser would be waited for in vain."""
        task = self.page.frame("task")
        task.evaluate("document.activeElement.click()")  # type: ignore[union-attr]

    def focus(self) -> dict[str, Any]:
        """Where the keyboard is: the item in view, the question it stands in, the element's id."""
        script = """() => { const at = document.activeElement, box = at.closest('[data-question]');
            const own = at.closest('[data-widget=own]') && at.name;
            // What only chooses a tool answers nothing.
            const answers = box && !at.closest('.kinds, .tool');
            const item = document.querySelector('.item:not([hidden]) h2').innerText;
            return {id: at.id, item, question: answers ? box.dataset.question : box ? null : own, tag: at.tagName,
              writes: at.type === 'text' || at.tagName === 'TEXTAREA'}; }"""
        place: dict[str, Any] = self.page.frame("task").evaluate(script)  # type: ignore[union-attr]
        return place


class Market:
    """The loopback server; `html` is the page in the frame, `posted` what came back."""

    def __init__(self) -> None:
        self.html = ""
        self.saved = "null"
        self.posted: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.arrived = threading.Event()
        self._listeners: list[tuple[Any, Any]] = []
        self._heard_by: Any = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def open(
        self, page: Page, html: str, query: Mapping[str, str] | None = None, saved: str = "null"
    ) -> Desk:
        """Frame `html` for a worker; without a query it is an accepted assignment.

        `saved` is what was saved earlier, as JavaScript.
        """
        self.html, self.saved, self.posted, self.paths = html, saved, [], []
        self.arrived.clear()
        desk = Desk(page, page.frame_locator("iframe"), self)
        # One page is opened hundreds of times: whoever listened to the last opening is done.
        for event, listener in self._listeners:
            self._heard_by.remove_listener(event, listener)
        self._heard_by = page
        self._listeners = [
            ("pageerror", lambda error: desk.errors.append(str(error))),
            ("request", lambda request: desk.requests.append(request.url)),
        ]
        for event, listener in self._listeners:
            page.on(event, listener)
        asked = query or {"assignmentId": "A1", "turkSubmitTo": f"{self.url}/s/token"}
        page.goto(f"{self.url}/parent?{urlencode(asked)}")
        page.wait_for_function("heard.some(message => message.konkyo === 'ready')")
        return desk

    def take(self, path: str, body: str) -> None:
        """Keep a submitted form; values of a repeated name are joined as MTurk joins them."""
        fields = parse_qs(body, keep_blank_values=True, strict_parsing=True)
        self.posted.append({name: "|".join(given) for name, given in fields.items()})
        self.paths.append(path)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, market: Market, *connection: Any) -> None:
        self.market = market
        super().__init__(*connection)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        parent = PARENT.format(sandbox=SANDBOX, query=query, saved=self.market.saved)
        self._send({"/parent": parent, "/frame": self.market.html}.get(path, ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
        self.market.take(self.path, body)
        self._send("<p>thank you</p>")
        self.market.arrived.set()

    def _send(self, html: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        with suppress(ConnectionError):  # the browser may have gone elsewhere
            self.wfile.write(html.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def highlight(page: Page, market: Market, text: str = TEXT, saved: str = "null") -> Desk:
    """Open a page with one text to mark."""
    return market.open(page, Shell("highlight", {}, FACTS).page([item("i1", text)]), None, saved)


def word(desk: Desk, i: int) -> Locator:
    """The element of token `i`."""
    return desk.frame.locator(f".w[data-i='{i}']")


def marked(desk: Desk) -> list[int]:
    """Positions that the page shows as marked, to the eye and to a screen reader alike."""
    script = "nodes => nodes.map(node => Number(node.dataset.i))"
    seen: list[int] = desk.frame.locator(".w.on").evaluate_all(script)
    told: list[int] = desk.frame.locator(".w[aria-selected=true]").evaluate_all(script)
    assert seen == told
    return seen


def submit(desk: Desk, study: str = "highlight", ids: tuple[str, ...] = ("i1",)) -> Any:
    """Press the button, and read what the market got as a collection does."""
    desk.frame.get_by_role("button", name="Submit").click()
    return read_konkyo(read_fields(answer_xml(desk.submitted())), study, ids)

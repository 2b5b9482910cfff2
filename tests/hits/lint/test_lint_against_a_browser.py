"""What the checks say of browsers, tried in one: which tags end up where, what a frame refuses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from looking import rules
from playwright.sync_api import Page

from hits.lint.reader import read_markup

sys.path.insert(0, str(Path(__file__).parents[1] / "studies"))
from workbench import chromium

pytestmark = pytest.mark.browser
TREE = """html => {
  const body = new DOMParser().parseFromString('<!doctype html><body>' + html, 'text/html').body;
  const walk = node => [node.localName, Array.from(node.children, walk)];
  return Array.from(body.children, walk);
}"""
TAGS = ["div", "p", "ul", "li", "b", "span", "form", "a", "button", "label", "fieldset", "h2"]
NESTED = st.recursive(
    st.sampled_from(["x", "<br>", "<input>", "<li>x", "<p>x", "<option>x"]),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=3).map("".join)).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
    ),
    max_leaves=8,
)
FRAME = """<script>addEventListener('message', event => { window.heard = event.data; });</script>
<iframe sandbox="allow-scripts allow-forms" srcdoc="<script>
var said = 'stopped';
addEventListener('load', () => parent.postMessage(said, '*'));
</script><script>CODE; said = 'went on';</script>"></iframe>"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def tree(html: str) -> list[Any]:
    """Tags within tags, as the checks see them."""
    markup = read_markup(html)
    nodes: list[list[Any]] = [[element.tag, []] for element in markup.elements]
    roots: list[Any] = []
    for element, node in zip(markup.elements, nodes, strict=True):
        (nodes[element.parent][1] if element.parent >= 0 else roots).append(node)
    return roots


@settings(max_examples=300, deadline=None)
@given(NESTED)
@example("<div><option>x<li>x<option>x</div>")  # without a select, only the innermost is closed
@example("<div><option>x<option>x<li>x</div>")
def test_tags_about_which_nothing_is_said_lie_as_in_a_browser(page: Page, html: str) -> None:
    event("something is said" if read_markup(html).slips else "nothing is said")
    if not read_markup(html).slips and "nested-form" not in rules(html):
        assert tree(html) == page.evaluate(TREE, html), html


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<form><div><form></div><p>x</form>", "nested-form"),
        ("<p>a<div>b</div></p>", "block-in-p"),
        ("<b><i>x</b>y</i>", "misnested"),
        ("<div/><p>x</p>", "self-closed"),
        ("<table><tr><b>x</b><td>y</table>", "in-table"),
    ],
)
def test_what_is_said_to_move_does_move(page: Page, html: str, rule: str) -> None:
    assert rule in rules(html)
    assert page.evaluate(TREE, html) != tree(html)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("localStorage.a = 1", "storage"),
        ("var a = sessionStorage", "storage"),
        ("var a = document.cookie", "storage"),
        ("var a = window.parent.document", "outside-frame"),
        ("var a = top.document.title", "outside-frame"),
        ("top.location = 'about:blank'", "outside-frame"),
        ("try { localStorage.a = 1 } catch (e) {}", ""),
        ("window.parent.postMessage(1, '*')", ""),
        ("var a = window.parent !== window", ""),
    ],
)
def test_scripts_stop_in_a_sandboxed_frame_where_that_is_said(
    page: Page, code: str, rule: str
) -> None:
    found = rules(f"<script>{code}</script><label>a <input name=a required></label>")
    assert found == ([rule] if rule else [])
    page.evaluate("window.heard = null")
    page.set_content(FRAME.replace("CODE", code))
    page.wait_for_function("window.heard === 'stopped' || window.heard === 'went on'")
    assert page.evaluate("window.heard") == ("stopped" if rule else "went on")

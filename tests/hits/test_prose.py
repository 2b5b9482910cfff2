"""Markdown of a study's own: what it may say, and that nothing else gets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hits.templates.prose import ProseError, to_html


def test_prose_is_markdown_with_marked_words() -> None:
    html = to_html("One **two** ==three *four*==.\n\n1. a\n2. b")
    assert html == (
        "<p>One <strong>two</strong> <mark>three <em>four</em></mark>.</p>\n"
        "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"
    )


@pytest.mark.parametrize("text", ["a == b == c", "==", "== a ==", "====", "x==", "`==a==`"])
def test_equals_signs_that_mark_nothing_stay(text: str) -> None:
    assert "<mark>" not in to_html(text)
    assert to_html(text).count("=") == text.count("=")


def test_headings_stand_below_the_title_of_the_page() -> None:
    assert to_html("# a\n\n## b\n\n###### c") == "<h2>a</h2>\n<h3>b</h3>\n<h6>c</h6>"
    assert to_html("### a") == "<h2>a</h2>"


def test_tables_are_known() -> None:
    assert "<td>1</td>" in to_html("|a|\n|-|\n|1|")


def test_html_is_shown_as_it_was_written() -> None:
    assert to_html('<b onclick="x()">hi</b>') == (
        "<p>&lt;b onclick=&quot;x()&quot;&gt;hi&lt;/b&gt;</p>"
    )


def test_links_open_in_a_window_of_their_own_that_knows_nothing_of_the_page() -> None:
    assert to_html("[our site](https://example.org)") == (
        '<p><a href="https://example.org" target="_blank" rel="noopener noreferrer">our site</a></p>'
    )


@pytest.mark.parametrize(
    "to", ["javascript:alert(1)", "data:text/html,x", "file:///x", "next", "#a"]
)
def test_a_link_to_anything_but_the_web_or_mail_stays_text(to: str) -> None:
    assert "<a" not in to_html(f"[here]({to}) <{to}>")


@pytest.mark.parametrize("text", ["![x](https://a.b/c.png)", "[![x](https://a.b/c)](https://a.b)"])
def test_pictures_are_refused_with_their_address(text: str) -> None:
    with pytest.raises(ProseError, match=r"shows the picture 'https://a\.b/c.*carries no pictures"):
        to_html(text)


@given(st.text(st.sampled_from("<>&\"'=*_`[]()!#\\ \nahref:/.-|"), max_size=80) | st.text())
def test_prose_never_lets_a_stranger_s_element_or_attribute_through(text: str) -> None:
    try:
        html = to_html(text)
    except ProseError:
        return
    link = r'<a href="(https?|mailto):[^"<>]*"( title="[^"<>]*")? target="_blank" rel="noopener noreferrer">'
    known = (
        r"</?(p|h[1-6]|ul|ol|li|strong|em|mark|code|pre|blockquote|table|thead|tbody|tr|a)>"
        r'|<(hr|br) />|<ol start="\d+">|<code class="language-[^"<>]*">'
        r'|<t[hd]( style="text-align:(left|right|center)")?>|</t[hd]>'
    )
    rest = re.sub(f"{known}|{link}", "", html, flags=re.IGNORECASE)
    assert "<" not in rest
    assert ">" not in rest

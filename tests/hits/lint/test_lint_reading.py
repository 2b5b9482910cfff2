"""Taking a page apart: every source is read, and every place is right."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looking import found, rules

from hits.lint.code import Code
from hits.lint.markup import attributes
from hits.lint.reader import read_markup

PIECES = [
    "<div>", "</div>", "<p>", "</p>", "<form>", "</form>", "<table>", "<tr>", "<td>", "</table>",
    "<script>", "</script>", "<script src=x>", "`", "${", "}", "${x}", "{{ task.input.x }}", "{%",
    "%}", "<input", " name=", "'", '"', ">", "/>", "<!--", "-->", "<![CDATA[", "<![if", "]]>", "<!",
    "<?", "</", "<", "&", "&#0;", "&amp", "\n", " ", "\0", "\ufffe", "\U0001f600", "<textarea>",
    "</textarea>", "<title>", "<svg>", "<path/>", "<select>", "<option>", "<crowd-form>",
    "onclick=", "style=", "src=", "http:", "//a[b", "\\", "/", "/*", "*/", "//", "x", "=>", "(",
    ")", "{", ";",
    ".submit()", "function", "localStorage", "<template>", "</template>", "<button>",
    "<a>", "<label>",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_every_source_is_read_and_every_finding_lies_in_it(html: str) -> None:
    lines = html.split("\n")
    for kind in ("page", "fragment", "crowd", "study"):
        for one in found(html, kind=kind, columns={"x": ['<b a="', "`"]}):  # type: ignore[arg-type]
            assert 1 <= one.line <= len(lines)
            assert 1 <= one.column <= len(lines[one.line - 1]) + 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_elements_lie_in_each_other_and_point_at_their_tags(html: str) -> None:
    markup = read_markup(html)
    for element in markup.elements:
        assert html[element.at : element.at + 1 + len(element.tag)].lower() == f"<{element.tag}"
        inside = {one.index for one in markup.inside(element)}
        children = {one.index for one in markup.elements if element in markup.ancestors(one)}
        assert inside == children
    assert all(before.at <= after.at for before, after in pairwise(markup.elements))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("<a b='c' D=\"e f\" g=h i>", [("b", "c"), ("d", "e f"), ("g", "h"), ("i", "")]),
        ('<a\n b = "c"/>', [("b", "c")]),
        ("<a b=${ x } c>", [("b", "${ x }"), ("c", "")]),
        ("<a {% if x == 'y' %}b{% endif %} c>", [("b", ""), ("c", "")]),
        ("<a b=c/d>", [("b", "c/d")]),
    ],
)
def test_attributes_are_read_with_their_places(tag: str, expected: list[tuple[str, str]]) -> None:
    read = attributes(tag, 100)
    assert [(one.name, one.value) for one in read][: len(expected)] == expected
    for one in read:
        assert tag[one.at - 100 :].lower().startswith(one.name)
        assert tag[one.value_at - 100 :].startswith(one.value)


@pytest.mark.parametrize(
    ("code", "bare"),
    [
        ("a // b\nc", "a     \nc"),
        ("a /* b\n*/ c", "a     \n   c"),
        ("f('a // b')", "f(        )"),
        ("a = /[/\"]'/g.test(b)", "a =         .test(b)"),
        ("a / b / c", "a / b / c"),
        ("`a ${b + `c ${d}`} e` + f", "                      + f"),
        ("'it\\'s' + \"a", "        +   "),
    ],
)
def test_comments_strings_and_patterns_are_told_from_code(code: str, bare: str) -> None:
    assert Code(code, 0).bare == bare


def test_what_an_expression_stands_in_is_told_from_the_inside_out() -> None:
    code = "on('load', function () { a(); if (x) { try { y(here) } catch (e) {} } })"
    around = list(Code(code, 0).around(code.index("here")))
    assert around == ["y(", "try", "if (x)", "on('load', function ()"]


def test_text_that_looks_like_tags_is_text_where_browsers_take_it_so() -> None:
    quiet = '<script>var a = "<form><b>";</script><textarea name="a" aria-label="A" required><b>'
    assert (
        rules(quiet + "</textarea><style>/* <b> */</style><!-- <form> --><title><b></title>") == []
    )


def test_branches_keep_tags_from_being_counted() -> None:
    html = (
        "<script src='https://assets.crowd.aws/crowd-html-elements.js'></script><crowd-form>{% if "
        "task.input.x %}<div id='a'>{% else %}<div id='a' class='b'>{% endif %}<crowd-input "
        "name='a' label='A' required></crowd-input></div></crowd-form>"
    )
    assert rules(html) == []
    assert "same-id" in rules(html.replace("{%", "<!--").replace("%}", "-->"), kind="crowd")

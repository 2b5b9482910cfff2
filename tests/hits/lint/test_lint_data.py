"""A template with its data: what its cells do to it, and which variables nobody fills."""

from __future__ import annotations

from pathlib import Path

import pytest
from looking import found, in_file, page, rules

from db.errors import UsageError
from hits.lint.size import LARGEST_QUESTION
from hits.render import html_question

FIELD = '<label>Your answer <input name="answer" required></label>'

# the place, rules without data, a cell that breaks it, the rule then, a cell that does not
PLACES = [
    ("<p>${x}</p>", [], "a <b>b", "cell-markup", "1 < 2 & 3 <3"),
    ("<p>${x}</p>", [], "<b>bold</b>", "cell-markup", "**bold**"),
    ('<p title="${x}">y</p>', [], 'say "yes"', "unescaped", "it's"),
    ("<p title='${x}'>y</p>", [], "it's", "unescaped", 'say "yes"'),
    ("<p title=${x}>y</p>", ["unescaped"], "two words", "unescaped", "word"),
    ('<script>var a = "${x}";</script>', ["unescaped"], 'say "yes"', "unescaped", "it's"),
    ('<script>var a = "${x}";</script>', ["unescaped"], "two\nlines", "unescaped", "one line"),
    ("<script>var a = ${x};</script>", ["unescaped"], "words", "unescaped", '{"n": [1, "a"]}'),
    ("<script>var a = `${x}`;</script>", [], "a ` b", "unescaped", 'a " b'),
    ('<button type="button" onclick="go(\'${x}\')">y</button>', ["unescaped"], "it's",
     "unescaped", "its"),
    ('<p style="color: ${x}">y</p>', ["unescaped"], "red; left: 0", "unescaped", "red"),
    ("<style>p { color: ${x} }</style>", ["unescaped"], "red }", "unescaped", "red"),
    ('<a href="https://a.org/?q=${x}">y</a>', ["unescaped"], "salt&pepper", "unescaped", "salt"),
    ('<img alt="" src="${x}">', [], "http://a.org/a.png", "cell-address", "https://a.org/a.png"),
    ('<img alt="" src="${x}">', [], "", "cell-address", "https://a.org/b c.png"),
    ('<a href="${x}">y</a>', [], 'https://a.org/"', "unescaped", "http://a.org/?a=1&b=2"),
    ('<label>a <textarea name="b">${x}</textarea></label>', [], "</textarea>",
     "cell-markup", "<b>"),
    ('<script type="application/json">${x}</script>', [], '["</script>"]', "unescaped", '["<b>"]'),
    ("<p>${x}</p>", [], "\U0001f600", "past-bmp", "\u2713"),
    ("<p>${x}</p>", [], "a\x01", "xml-character", "a\tb"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "alone", "broken", "rule", "sound"), PLACES)
def test_a_cell_breaks_its_place_or_does_not(
    place: str, alone: list[str], broken: str, rule: str, sound: str
) -> None:
    assert rules(place + FIELD) == alone
    assert rules(place + FIELD, x=[sound, broken]) == [rule]
    assert rules(place + FIELD, x=[sound]) == []


def test_a_finding_about_cells_names_the_first_row_and_counts_the_others() -> None:
    cells = {"x": ["fine", 'a "b"', "fine", 'c "d"']}
    (one,) = found(f'<p title="${{x}}">y</p>{FIELD}', columns=cells)
    assert "breaks in row 3 and 1 more" in one.message


def test_liquid_is_escaped_unless_a_filter_says_otherwise() -> None:
    crowd = (
        '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>\n'
        "<crowd-form><p>{{ task.input.x%s }}</p><crowd-input name='a' label='A' required>"
        "</crowd-input></crowd-form>"
    )
    assert rules(crowd % "", x=["<b>", 'a "b"']) == []
    assert rules(crowd % " | skip_autoescape") == ["unescaped"]
    assert rules(crowd % " | skip_autoescape", x=["<b>"]) == ["cell-markup"]


def test_variables_are_held_against_the_columns() -> None:
    html = f"<p>${{tweet}} ${{ author }}</p>{FIELD}"
    assert rules(html, tweet=["a"], author=["b"]) == []
    (unknown,) = found(html, columns={"tweet": ["a"], "autor": ["b"]})[1:]
    assert (unknown.rule, unknown.severity) == ("unknown-variable", "error")
    assert "did you mean 'autor'?" in unknown.message
    assert rules(html, tweet=["a"], author=["b"], id=["c"]) == ["unused-variable"]


def test_a_variable_is_found_wherever_it_stands() -> None:
    places = [
        "<p>${x}</p>", '<p title="a ${x}">y</p>', "<p ${x}>y</p>", "<title>${x}</title>",
        "<p class=${ x }>y</p>", "<script>var a = '${x}'</script>", "<style>${x}</style>",
    ]  # fmt: skip
    for place in places:
        assert "unused-variable" not in rules(place + FIELD, x=["a"]), place
    for place in ("<!-- ${x} -->", "<script>// ${x}\n</script>", "$ {x}", "${}", "{x}"):
        assert "unused-variable" in rules(place + FIELD, x=["a"]), place


def test_template_strings_of_a_script_are_its_own_until_a_column_has_the_name() -> None:
    html = "<p>${y}</p><script>show(`${x} of ${total}`, 'a ${b}');</script>" + FIELD
    assert rules(html, y=["a"]) == []
    assert rules(html, y=["a"], x=["`"]) == ["unescaped"]


def test_a_script_is_one_piece_whatever_stands_in_it() -> None:
    html = "<script>var a = '</b>&amp;', b = c < d, e = '${x}';</script>" + FIELD
    assert rules(html) == ["unescaped"]
    assert rules(html, x=["</b>"]) == []


def test_what_a_page_of_its_own_leaves_open_is_said_once() -> None:
    html = page("<p>${x} and ${y}</p>")
    assert rules(html) == ["unfilled-variable"]
    assert rules(html, x=["a"], y=["b"]) == []


def test_the_largest_row_gives_the_size(tmp_path: Path) -> None:
    html = f"<p>${{x}}</p>{FIELD}"
    report = in_file(tmp_path, html, csv="x\nab\nabcdé\n\nabc\n")
    assert (report.kind, report.row) == ("fragment", 3)
    assert report.bytes == len(html_question(html.replace("${x}", "abcdé")).encode())
    room = LARGEST_QUESTION - len(html_question(html.replace("${x}", "")).encode())
    assert rules(html, x=["a" * room]) == []
    (one,) = found(html, columns={"x": ["a", "a" * (room + 1)]})
    assert "65,536 bytes with row 3" in one.message


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        ("", "needs rows"),
        ("x\n", "needs rows"),
        ("x,x\n1,2\n", "names each column once"),
        ("x,y\n1,2\n3\n", "row 3: 1 cell, where the header has 2"),
        ('x\n"a\n', "line"),
    ],
)
def test_data_that_cannot_be_read_are_wrong_usage(tmp_path: Path, csv: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        in_file(tmp_path, FIELD, csv=csv)

"""Pages and the XML around them: everything is escaped, nothing is lost, nothing is too large."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from db.errors import KonkyoError
from hits.page import page_data, script_json, shown_scores, study_page_data, visible
from hits.render import PageFacts, PageTooLarge, Shell, html_question, wire_safe
from hits.studies.panels import Panel, ShownItem, StudyError

FACTS = PageFacts("A <b>title</b> 😀", "$1 & more", 1, "Do *this*.", "I agree </script>")
COLD = ShownItem("i1", (Panel("text", "cold soup", ((0, 4), (5, 9))),))


def test_what_the_page_says_is_escaped() -> None:
    html = Shell("highlight", {"labels": ["<a>", "b'\"&"]}, FACTS).page([COLD])
    assert "<title>A &lt;b&gt;title&lt;/b&gt; &#128512;</title>" in html
    assert "$1 &amp; more" in html
    assert "I agree &lt;/script&gt;" in html
    assert "about 1 minute<" in html
    assert "<a>" not in html
    assert study_page_data(html)["settings"]["labels"] == ["<a>", "b'\"&"]


def test_an_example_of_ones_own_replaces_the_study_s() -> None:
    own = PageFacts("t", "p", 1, "i", "c", example="My ==own== example")
    assert "<p>My <mark>own</mark> example</p>" in Shell("highlight", {}, own).page([COLD])
    assert "The soup was" in Shell("highlight", {}, FACTS).page([COLD])
    assert "The soup was" not in Shell("highlight", {}, own).page([COLD])


def test_a_page_needs_items_and_no_item_twice() -> None:
    with pytest.raises(StudyError, match="at least one item"):
        Shell("highlight", {}, FACTS).page([])
    with pytest.raises(StudyError, match="twice"):
        Shell("highlight", {}, FACTS).page([COLD, COLD])


def test_nothing_on_the_page_comes_from_outside() -> None:
    html = Shell("highlight", {}, FACTS).page([COLD])
    for outside in ("src=", "href=", "@import", "url(", "fetch(", "XMLHttp", "localStorage"):
        assert outside not in html


def test_without_its_script_the_page_cannot_be_submitted_by_accident() -> None:
    html = Shell("highlight", {}, FACTS).page([COLD])
    assert 'id="konkyo-submit" disabled>' in html
    assert "<noscript>" in html


def test_our_own_scripts_and_styles_are_plain_ascii_without_a_script_end() -> None:
    for part in files("hits.templates").iterdir():
        if part.name.endswith((".js", ".css")):
            text = part.read_text(encoding="utf-8")
            assert text.isascii(), part.name
            assert "</" not in text, part.name


def test_the_page_survives_the_xml() -> None:
    html = Shell("highlight", {}, FACTS).page([COLD]) + "]]> a\r\nb ]]]]>> \x0b\ud800😀"
    xml = html_question(html, frame_height=600)
    root = ElementTree.fromstring(xml)
    content, height = list(root)
    assert content.text == wire_safe(html)
    assert content.text.endswith("]]> a\nb ]]]]>> ␋\ufffd&#128512;")
    assert height.text == "600"


def test_the_limit_is_exact() -> None:
    empty = len(html_question("").encode())
    assert len(html_question("é" * ((65_535 - empty) // 2)).encode()) <= 65_535
    with pytest.raises(PageTooLarge, match="takes 65,536 bytes, over the 65,535"):
        html_question("x" * (65_536 - empty))


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_carried_by_script_json_and_by_the_xml(text: str) -> None:
    html = f'<script type="application/json" id="konkyo-data">{script_json({"v": 2, "t": visible(text)})}</script>'
    assert html == wire_safe(html.replace("\r", ""))
    assert study_page_data(html)["t"] == visible(text)
    assert html.count("<") == html.count(">") == 2
    ElementTree.fromstring(html_question(text))


def test_what_cannot_be_carried_becomes_a_symbol_of_the_same_length() -> None:
    # NUL is U+2400, vertical tab U+240B, carriage return U+240D; tab and newline stay.
    assert visible("\x00\x0b\r\t\n\ud800\uffff") == "␀␋␍\t\n\ufffd\ufffd"
    assert visible("é😀\x7f\x85\u2028") == "é😀\x7f\x85\u2028"


def test_gaps_keep_what_stands_between_the_words() -> None:
    item = ShownItem("i", (Panel("text", " a,\r\n b.", ((1, 2), (6, 7))),))
    (entry,) = page_data("highlight", [item], {})["items"]
    (panel,) = entry.pop("panels")
    assert entry == {"id": "i"}
    assert panel == {
        "kind": "text",
        "tokens": ["a", "b"],
        "gaps": [" ", ",\n ", "."],
        "presentation": "plain",
    }


def test_gaps_are_left_out_where_every_one_is_a_space() -> None:
    def panel(text: str, *spans: tuple[int, int], **more: object) -> dict[str, object]:
        shown = ShownItem("i", (Panel("pair" if more else "text", text, spans, **more),))  # type: ignore[arg-type]
        found: dict[str, object] = page_data("highlight", [shown], {})["items"][0]["panels"][0]
        return found

    assert "gaps" not in panel("a b", (0, 1), (2, 3))
    assert panel("a b ", (0, 1), (2, 3))["gaps"] == ["", " ", " "]
    assert panel("a\tb", (0, 1), (2, 3))["gaps"] == ["", "\t", ""]
    assert panel("ab", (0, 1), (1, 2))["gaps"] == ["", "", ""]
    assert "gaps" not in panel("a b", (0, 1), (2, 3), text_pair="c", offsets_pair=((0, 1),))
    other = panel("a b", (0, 1), (2, 3), text_pair="c.", offsets_pair=((0, 1),))
    assert other["gaps"] == ["", " ", "", "", "."]


def test_comments_and_spaces_of_scripts_and_styles_stay_here() -> None:
    html = Shell("highlight", {"mark_labels": ["for", "against"]}, FACTS).page([COLD])
    style, script = (
        html[html.rindex(f"<{tag}>") : html.rindex(f"</{tag}>")] for tag in ("style", "script")
    )
    assert "/*" not in style
    assert "; " not in style
    assert "\n//" not in script
    assert "\n  " not in script


def test_a_pair_has_a_gap_more_and_says_where_it_is_split() -> None:
    pair = Panel("pair", "a ", ((0, 1),), "(b)", ((1, 2),))
    (entry,) = page_data("highlight", [ShownItem("i", (pair,))], {})["items"]
    assert (entry["panels"][0]["split"], entry["panels"][0]["gaps"]) == (1, ["", " ", "(", ")"])


def test_scores_are_shown_relative_to_the_largest_and_only_where_asked_for() -> None:
    # 0.5 / 2 = 0.25; what speaks against the label is shown like what says nothing.
    assert shown_scores([2.0, 0.5, -4.0], "heat") == [1.0, 0.25, 0.0]
    assert shown_scores([2.0, 0.5, -4.0], "marks") == [1.0, 1.0, 0.0]
    assert shown_scores([-1.0, 0.0], "heat") == [0.0, 0.0]
    plain = ShownItem("i", (Panel("text", "a", ((0, 1),), scores=(1.0,)),))
    assert "scores" not in page_data("highlight", [plain], {})["items"][0]["panels"][0]


def test_a_page_without_our_data_is_refused() -> None:
    with pytest.raises(KonkyoError, match="carries no item data"):
        study_page_data("<script>{}</script>")
    with pytest.raises(KonkyoError, match="no JSON"):
        study_page_data('<script id="konkyo-data">{</script>')
    with pytest.raises(KonkyoError, match="version"):
        study_page_data(f'<script id="konkyo-data">{json.dumps({"v": 3})}</script>')

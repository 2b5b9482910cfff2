"""Results files of Mechanical Turk's highlighting pages, which are read without a mapping."""

from __future__ import annotations

import csv
import html
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from db.errors import ImportFailed
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions
from pipeline.formats.mturk import read as pieces
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()
COLUMNS = ("Input.label", "Input.text", "Answer.Q1Answer", "Answer.html_output")


def spans(text: str, *marked: int) -> str:
    """What the page sends back for a text with some of its tokens marked."""
    return " ".join(
        f"<span{' class=' + chr(34) + 'active' + chr(34) if i in marked else ''}>"
        f"{html.escape(token)}</span>"
        for i, token in enumerate(text.split())
    )


def results(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> str:
    """A results file as text."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([columns, *rows])
    return written.getvalue()


def answer(text: str, markup: str, label: str = "1", choice: str = "yes") -> tuple[str, ...]:
    return (label, text, choice, markup)


def test_the_catalogue_names_the_reader() -> None:
    assert READERS.load("mturk") is pieces


def test_rows_of_one_text_are_one_instance(write: Any) -> None:
    text = "good  food,\nbad wine"
    rows = [answer(text, spans(text, 0, 1)), answer(text, spans(text), choice="idk")]
    imported = read(write(results(*rows)), PLAIN)
    (instance,) = imported.instances
    assert (instance.text, instance.label) == (text, "1")
    first, second = imported.annotations
    assert first.values == {"label": "1", "marks": [0, 1]}
    assert second.values == {"label": "unsure", "marks": []}
    assert (first.worker, first.line, second.line) == (None, 2, 4)
    assert json.loads(first.raw)["Answer.Q1Answer"] == "yes"
    assert imported.notes[0] == "2 rows of 1 text (rows a text: 1 with 2)"
    assert "1 row marks nothing and is kept" in imported.notes
    assert "not named" in imported.annotators


def test_workers_are_known_where_the_file_names_them(write: Any) -> None:
    columns = ("WorkerId", *COLUMNS, "Input.source")
    rows = [("W1", *answer("a", spans("a", 0)), "s"), ("W1", *answer("a", spans("a")), "s")]
    rows += [("W2", *answer("a", spans("a")), "s")]
    imported = read(write(results(*rows, columns=columns)), PLAIN)
    assert [a.worker for a in imported.annotations] == ["W1", "W2"]
    assert imported.instances[0].attributes == {"source": "s"}
    assert imported.skipped == {"the same worker had answered for the text before": 1}
    assert imported.annotators == "2 named workers"
    assert not any("W1" in a.raw for a in imported.annotations)


def test_rejected_rows_are_set_aside(write: Any) -> None:
    columns = ("AssignmentStatus", *COLUMNS)
    rows = [("Rejected", *answer("a", spans("a"))), ("Approved", *answer("a", spans("a", 0)))]
    imported = read(write(results(*rows, columns=columns)), PLAIN)
    assert [a.values["marks"] for a in imported.annotations] == [[0]]
    assert imported.skipped == {"rejected by the requester": 1}


@pytest.mark.parametrize(
    "markup",
    [
        spans("a b"),
        spans("a b c d"),
        spans("a x c"),
        "<span>a</span> <span>b</span> <span>c",
        "<span>a</span> <script><span>b</span></script> <span>c</span>",
        "a b c",
        "<span " * 100_000,
        "",
    ],
)
def test_answers_that_do_not_fit_the_text_are_set_aside(write: Any, markup: str) -> None:
    fine = answer("a b c", spans("a b c", 1))
    imported = read(write(results(fine, answer("a b c", markup))), PLAIN)
    assert [a.values["marks"] for a in imported.annotations] == [[1]]
    assert sum(imported.skipped.values()) == 1


@pytest.mark.parametrize(
    ("text", "markup", "marks"),
    [
        ("a b", '<span></span><span class="active"> a </span><span>b</span><span> </span>', [0]),
        ("a b", '<span class="x active">a</span><span class="inactive">b</span>', [0]),
        ("a b", '<span>a</span><span><i class="active">b</i></span>', []),
        ("a b", '<span class="active">a b</span>', [0, 1]),
        ("a b", "<SPAN CLASS=active>a</SPAN></span><span>b</span>", [0]),
        ("R&D <b>", '<span>R&amp;D</span><span class="active">&lt;b&gt;</span>', [1]),
        ("R&amp;D x", '<span class="active">R&amp;D</span><span>x</span>', [0]),
    ],
)
def test_what_browsers_do_to_spans_is_reconciled(
    write: Any, text: str, markup: str, marks: list[int]
) -> None:
    imported = read(write(results(answer(text, markup))), PLAIN)
    assert [a.values["marks"] for a in imported.annotations] == [marks]
    assert imported.instances[0].text == text


def test_reconciled_rows_are_counted(write: Any) -> None:
    rows = [answer("a", spans("a") + "<span></span>"), answer("R&amp;D", "<span>R&amp;D</span>")]
    notes = read(write(results(*rows)), PLAIN).notes
    assert "1 row has blank spans, which were left out" in notes
    assert "1 row fits the text after its HTML escapes are read" in notes


def label_of(write: Any, own: str, choice: str, labels: tuple[str, ...]) -> Imported:
    return read(write(results(answer("a", spans("a"), own, choice))), ReadOptions(labels=labels))


@pytest.mark.parametrize(
    ("choice", "labels", "label"),
    [
        ("yes", (), "1"),
        (" No ", (), "0"),
        ("idk", (), "unsure"),
        ("yes", ("1", "0"), "1"),
        ("no", ("0", "1"), "1"),
        ("idk", ("1", "0", "?"), "?"),
    ],
)
def test_choices_stand_for_labels_in_their_order(
    write: Any, choice: str, labels: tuple[str, ...], label: str
) -> None:
    assert label_of(write, "1", choice, labels).annotations[0].values["label"] == label


def test_labels_in_the_wrong_order_show(write: Any) -> None:
    notes = label_of(write, "1", "yes", ("0", "1")).notes
    assert any(note.startswith("0 of 1 answer agree") and "order" in note for note in notes)


def test_choices_without_a_meaning_are_an_error(write: Any) -> None:
    with pytest.raises(ImportFailed, match="labels are 'pos'; say under .data. labels.*--propose"):
        label_of(write, "pos", "yes", ())
    assert label_of(write, "pos", "yes", ("pos", "neg")).annotations[0].values["label"] == "pos"


def test_a_label_outside_the_given_ones_is_named(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 2: label 'x' is not one of: 'pos', 'neg'"):
        label_of(write, "x", "yes", ("pos", "neg"))


def test_a_blank_choice_leaves_the_marks(write: Any) -> None:
    rows = [answer("a", spans("a", 0), choice=""), answer("b", spans("b"))]
    imported = read(write(results(*rows)), PLAIN)
    assert imported.annotations[0].values == {"marks": [0]}
    assert "1 row leaves 'label' blank: it counts as not asked, and is no value" in imported.notes


def test_other_answers_are_no_label_question(write: Any) -> None:
    columns = ("Input.text", "Answer.comment", "Answer.marks")
    imported = read(write(results(("a", "nice", spans("a")), columns=columns)), PLAIN)
    assert imported.annotations[0].values == {"comment": "nice", "marks": []}
    assert imported.questions == {"comment": "text", "marks": "set"}
    assert "nice" in imported.annotations[0].raw


def test_two_labels_of_one_text_name_both_lines(write: Any) -> None:
    rows = [answer("a", spans("a"), label="1"), answer("a", spans("a"), label="0")]
    with pytest.raises(ImportFailed, match="line 3: label '0' contradicts '1'.* on line 2"):
        read(write(results(*rows)), PLAIN)


def test_an_empty_text_is_named_by_its_line(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 3: the text is empty"):
        read(write(results(answer("a", spans("a")), answer(" ", "<span></span>"))), PLAIN)


def test_a_file_without_any_answer_is_an_error(write: Any) -> None:
    with pytest.raises(ImportFailed, match=r"questions: no Answer.\* column holds an answer"):
        read(write(results(("1", "a", "", " "))), PLAIN)


def test_several_marked_up_answers_must_be_told_apart(write: Any) -> None:
    columns = ("Input.text", "Answer.one", "Answer.two")
    path = write(results(("a", spans("a"), spans("a", 0)), columns=columns))
    with pytest.raises(ImportFailed, match=r"several columns .*Answer.one, Answer.two"):
        read(path, PLAIN)
    imported = read(path, ReadOptions(rationale="Answer.two"))
    assert imported.annotations[0].values == {"marks": [0]}
    assert "Answer.one holds <span> tokens too; they are not read" in imported.notes


def test_a_column_that_is_named_and_missing_lists_those_there_are(write: Any) -> None:
    path = write(results(("a", spans("a")), columns=("Input.words", "Answer.marks")))
    with pytest.raises(ImportFailed, match="no column 'Input.text'; the columns are: 'Input.wor"):
        read(path, ReadOptions(text="Input.text"))
    assert read(path, ReadOptions(text="Input.words")).instances[0].text == "a"


def test_words_of_both_texts_can_be_marked(write: Any) -> None:
    columns = ("Input.text", "Input.claim", "Answer.marks")
    path = write(results(("a b", "c", spans("a b c", 1, 2)), columns=columns))
    imported = read(path, ReadOptions(text="Input.text", text_pair="Input.claim"))
    assert imported.instances[0].kind == "pair"
    assert imported.annotations[0].values == {"marks": [1, 2]}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "texts", "rows", "rows_of", "marked", "labels"),
    [
        ("part1_50words", 300, 900, {3: 300}, 11499, (425, 441, 31, 3)),
        ("part6_100words", 439, 1314, {3: 437, 2: 1, 1: 1}, 21300, (663, 584, 63, 4)),
    ],
)
def test_real_results_are_read_whole(
    shared_data: Path,
    name: str,
    texts: int,
    rows: int,
    rows_of: dict[int, int],
    marked: int,
    labels: tuple[int, ...],
) -> None:
    # rows, answers and class="active" were counted in the files with other tools
    imported = read(shared_data / "yelp_hat" / f"{name}.csv", PLAIN)
    assert (len(imported.instances), len(imported.annotations)) == (texts, rows)
    assert imported.skipped == {}
    by_text = Counter(a.instance_id for a in imported.annotations)
    assert Counter(by_text.values()) == rows_of
    assert sum(len(a.values["marks"]) for a in imported.annotations) == marked
    said = Counter(a.values.get("label") for a in imported.annotations)
    assert tuple(said[label] for label in ("1", "0", "unsure", None)) == labels

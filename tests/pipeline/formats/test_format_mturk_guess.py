"""The first guess at the columns of a results file: what it sees, and where it will not decide."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import ImportFailed, KonkyoError
from pipeline.formats.base import ReadOptions
from pipeline.formats.mturk import read as pieces
from pipeline.formats.mturk.propose import propose
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()
PROSE = "some words to read"


def table(columns: str, *rows: tuple[str, ...]) -> str:
    """A results file: the names of its columns, parted by blanks, and its rows."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([columns.split(), *rows])
    return written.getvalue()


def guessed(path: Path, options: ReadOptions = PLAIN) -> dict[str, Any]:
    """The proposal as a TOML reader sees it."""
    return tomllib.loads(propose(path, options))


def answers(write: Any, *cells: str) -> dict[str, Any]:
    """What is guessed of one answer column `Answer.q` with these cells, a row each."""
    rows = [(f"{PROSE} {n}", cell) for n, cell in enumerate(cells)]
    return guessed(write(table("Input.text Answer.q", *rows)))["questions"]["q"]


def doubt(path: Path, said: str) -> None:
    """An import without a mapping fails with this doubt, and the proposal shows it."""
    with pytest.raises(ImportFailed, match=f"{said}.*--propose > mapping.toml"):
        read(path, PLAIN)
    doubts = [line for line in propose(path, PLAIN).splitlines() if line.startswith("# ???")]
    assert any(said.rpartition(": ")[2][:20] in line for line in doubts)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("yes", "no", "yes"), "choice"),
        (("1", "-1", "1"), "choice"),
        (("1", "2", "3"), "number"),
        (("-1", "0", "1"), "number"),
        (("1", "2", "5", ""), "number"),
        (("0.5", "1.5", "2"), "number"),
        (("-9", "-1", "0", "1") * 2, "choice"),
        (("red", "green", "blue") * 2, "choice"),
        (("I think so because", "it is not what I would say", "no"), "text"),
        ((*map(str, range(0, 100, 7)),), "number"),
        (("1|2", "2", "3|1"), "set"),
        (("['a', 'b']", "['b']"), "set"),
        (("[]", "['b']"), "set"),
        (('{"a": true, "b": false}', '{"a": false, "b": true}'), "choice"),
        (('{"a": true, "b": false}', '{"a": true, "b": true}'), "set"),
        (('{"a": true, "b": false}', '{"a": false, "b": false}'), "set"),
        (('{"agree": true}', '{"agree": false}'), "choice"),
    ],
)
def test_cells_show_how_they_are_read(write: Any, cells: tuple[str, ...], kind: str) -> None:
    assert answers(write, *cells)["read"] == kind


def test_a_column_for_comments_is_text_whatever_it_holds(write: Any) -> None:
    path = write(table("Input.text Answer.comments", (PROSE, "no"), (PROSE, "no")))
    assert guessed(path)["questions"]["comments"]["read"] == "text"


def test_numbers_with_a_gap_are_names_and_a_note_says_so(write: Any) -> None:
    rows = [(PROSE, cell) for cell in ("-9", "0", "1", "-1") * 2]
    imported = read(write(table("Input.text Answer.q", *rows)), PLAIN)
    assert imported.questions == {"q": "nominal"}
    assert "Answer.q holds numbers with a gap: names, not points of a scale" in imported.notes


@pytest.mark.parametrize(
    ("columns", "text", "pair"),
    [
        ("Input.premise Input.hypothesis", "Input.premise", "Input.hypothesis"),
        ("Input.Sentence1 Input.Sentence2", "Input.Sentence1", "Input.Sentence2"),
        ("Input.review Input.source", "Input.review", None),
        ("Input.nonsense", "Input.nonsense", None),
    ],
)
def test_the_text_is_known_by_its_name_or_is_the_only_prose(
    write: Any, columns: str, text: str, pair: str | None
) -> None:
    cells = (PROSE, *["web"] * columns.count(" "))
    instance = guessed(write(table(f"{columns} Answer.q", (*cells, "1"))))["instance"]
    assert (instance["text"], instance.get("text_pair")) == (text, pair)


def test_two_columns_of_prose_leave_a_doubt_unless_one_is_named(write: Any) -> None:
    path = write(table("Input.a Input.b Answer.q", (PROSE, PROSE + "!", "1")))
    doubt(path, "instance.text: no column is certainly the text; it could be Input.a or Input.b")
    imported = read(path, ReadOptions(text="Input.b"))
    assert imported.instances[0].text == PROSE + "!"
    # the other prose stood on the page too
    assert imported.annotations[0].shown == {"a": PROSE}


def test_two_columns_for_the_label_leave_a_doubt(write: Any) -> None:
    path = write(table("Input.text Input.label Input.gold Answer.q", (PROSE, "1", "1", "1")))
    doubt(path, "instance.label: it could be Input.label or Input.gold")
    assert read(path, ReadOptions(label="Input.gold")).instances[0].label == "1"


def test_numbers_in_a_set_are_those_of_the_columns_of_prose(write: Any) -> None:
    columns = "Input.text Input.id_1 Input.id_2 Input.option_1 Input.option_2 Answer.good"
    rows = [(PROSE, "x", "y", "first of two", "second of two", cell) for cell in ("1|2", "2", "")]
    path = write(table(columns, *rows))
    assert guessed(path)["questions"]["good"] == {
        "column": "Answer.good",
        "read": "set",
        "units": ["Input.option_1", "Input.option_2"],
        "beside": {"id": ["Input.id_1", "Input.id_2"]},
        "blank": "nothing",
    }
    said = [[p.values["good"] for p in a.parts] for a in read(path, PLAIN).annotations]
    assert said == [[True, True], [False, True], [False, False]]


def test_units_may_count_from_nought(write: Any) -> None:
    columns = "Input.text Input.o0 Input.o1 Answer.good"
    rows = [(PROSE, "first of two", "second of two", cell) for cell in ("0|1", "0")]
    imported = read(write(table(columns, *rows)), PLAIN)
    said = [[p.values["good"] for p in a.parts] for a in imported.annotations]
    assert said == [[True, True], [True, False]]


def test_a_blank_set_beside_other_questions_leaves_a_doubt(write: Any) -> None:
    path = write(table("Input.text Answer.q Answer.r", (PROSE, "a|b", "1"), (PROSE, "", "2")))
    doubt(path, "questions.q.blank: a blank cell may say that nothing was chosen")
    assert guessed(path)["questions"]["q"]["blank"] == "not asked"


def test_answers_to_numbered_inputs_go_one_to_one(write: Any) -> None:
    columns = "Input.text Input.reply_1 Input.reply_2 Answer.score_1 Answer.score_2"
    rows = [(PROSE, "first of two", "second of two", a, b) for a, b in ("13", "23", "31")]
    imported = read(write(table(columns, *rows)), PLAIN)
    said = [[p.values["score"] for p in a.parts] for a in imported.annotations]
    assert said == [[1, 3], [2, 3], [3, 1]]
    assert imported.questions == {"score": "ordinal"}


def test_as_many_answers_in_a_cell_as_units_are_theirs(write: Any) -> None:
    columns = "Input.text Input.reply_1 Input.reply_2 Answer.score"
    rows = [(PROSE, "first of two", "second of two", c) for c in ("['1', '1']", "[2, 3]", "[4, 1]")]
    imported = read(write(table(columns, *rows)), PLAIN)
    said = [[p.values["score"] for p in a.parts] for a in imported.annotations]
    assert said == [[1, 1], [2, 3], [4, 1]]


def test_as_many_answers_about_nothing_that_shows_leave_a_doubt(write: Any) -> None:
    path = write(table("Input.text Answer.q", (PROSE, "1|1"), (PROSE, "2|1")))
    doubt(path, "questions.q.units: every cell holds 2 answers, and no 2 input columns")


def test_a_column_without_answers_is_left_out_and_named(write: Any) -> None:
    imported = read(write(table("Input.text Answer.q Answer.r", (PROSE, "1", " "))), PLAIN)
    assert imported.questions == {"q": "nominal"}
    assert "nobody ever answered Answer.r; it is left out" in imported.notes


def test_what_names_people_is_neither_attribute_nor_question(write: Any) -> None:
    path = write(table("Input.text Input.workerId Answer.WorkerId Answer.q", (PROSE, *"PPx")))
    imported = read(path, PLAIN)
    assert imported.questions == {"q": "nominal"}
    assert imported.instances[0].attributes == {}
    assert "P" not in imported.annotations[0].raw


def test_names_that_mean_something_else_keep_their_column(write: Any) -> None:
    rows = [(PROSE, cell, "a b c d") for cell in "123"]
    questions = guessed(write(table("Input.text Answer.label Answer.marks", *rows)))["questions"]
    assert {name: q["read"] for name, q in questions.items()} == {
        "Answer.label": "number",
        "Answer.marks": "text",
    }


def test_two_questions_of_one_name_are_two(write: Any) -> None:
    columns = "Input.text Input.reply_1 Input.reply_2 Answer.q_1 Answer.q_2 Answer.q"
    rows = [(PROSE, "first of two", "second of two", *cells) for cells in ("abc", "bac")]
    questions = guessed(write(table(columns, *rows)))["questions"]
    assert set(questions) == {"q", "Answer.q"}


HOSTILE = ['a"b', "a\\b", "a.b", "a\tb", "ü🙂", "\x7f", "[x]", "#", "a=b", "'''", ""]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_proposal_is_toml_whatever_columns_are_called(write: Any, name: str) -> None:
    written = io.StringIO(newline="")
    header = ["Input.text", f"Input.x{name}", f"Answer.{name}"]
    csv.writer(written).writerows([header, (PROSE, PROSE, "y")])
    path = write(written.getvalue(), "results.csv")
    mapping = write(propose(path, ReadOptions(text="Input.text")), "mapping.toml")
    imported = read(path, ReadOptions(mapping=mapping))
    assert imported.annotations[0].values == {name: "y"}
    assert imported.annotations[0].shown == {f"x{name}": PROSE}


NAMES = st.sampled_from(
    ["Input.text", "Input.a", "Input.a_1", "Input.a_2", "Input.premise", "Input.hypothesis"]
    + ["Input.label", "Answer.q", "Answer.q_1", "Answer.q_2", "Answer.label", "Answer.marks"]
    + ["Answer.taskAnswers", "WorkerId", "AssignmentStatus", "Answer.", "", "Answer.number"]
)
CELLS = st.sampled_from(
    ["", "1", "2", "1|2", "1|1", "['1', '2']", "[]", "[", '{"a": true}', '{"a": true, "b": false}']
    + [
        '{"a": 1}',
        '[{"q": "1", "b.c": {"x": true}}]',
        "yes",
        "no",
        "<span>a</span>",
        PROSE,
        "Rejected",
    ]
)


@given(st.data(), st.lists(NAMES, min_size=1, max_size=7, unique=True))
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, names: list[str]
) -> None:
    rows = data.draw(st.lists(st.tuples(*[CELLS for _ in names]), min_size=1, max_size=4))
    folder = tmp_path_factory.mktemp("drawn")
    path, mapping = folder / "results.csv", folder / "mapping.toml"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    try:
        proposed = propose(path, PLAIN)
        tomllib.loads(proposed)
        mapping.write_text(proposed, encoding="utf-8")
        imported = read(path, PLAIN)
    except KonkyoError:
        return
    # what is imported without a mapping is what the proposal says
    assert read(path, ReadOptions(mapping=mapping)).annotations == imported.annotations
    assert len(imported.annotations) + sum(imported.skipped.values()) == len(rows)


def test_labels_of_the_settings_are_heeded(write: Any) -> None:
    rows = [(PROSE, "pos", "yes", '<span class="active">some</span>')]
    path = write(table("Input.text Input.label Answer.a Answer.b", *rows))
    proposed = guessed(path, ReadOptions(labels=("pos", "neg")))
    assert proposed["questions"]["label"]["values"] == {"yes": "pos", "no": "neg", "idk": "unsure"}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "units"), [("acceptability_snli_test", 5), ("quality_snli_esnli", 0)]
)
def test_real_results_are_guessed_and_come_in_completely(
    shared_data: Path, write: Any, name: str, units: int
) -> None:
    path = shared_data / "few_shot_explanations" / f"{name}.csv"
    imported = read(path, PLAIN)
    assert (len(imported.instances), len(imported.annotations)) == (250, 750)
    assert imported.skipped == {}
    assert {i.kind for i in imported.instances} == {"pair"}
    assert {i.label for i in imported.instances} == {"TRUE", "FALSE", "neither"}
    assert all(len(a.parts) == units for a in imported.annotations)
    # the proposal, unedited, reads the same
    mapping = write(propose(path, PLAIN), "mapping.toml")
    assert read(path, ReadOptions(mapping=mapping)).annotations == imported.annotations


@pytest.mark.shared
def test_every_answer_of_the_real_ratings_becomes_a_judgement(shared_data: Path) -> None:
    path = shared_data / "few_shot_explanations" / "quality_snli_esnli.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = Counter(
        (name.removeprefix("Answer."), cell)
        for row in rows
        for name, cell in row.items()
        if name.startswith("Answer.") and cell
    )
    imported = read(path, PLAIN)
    said = Counter((q, str(v)) for a in imported.annotations for q, v in a.values.items())
    assert said == told
    # the question of how much is new is asked only where the explanation supports the label
    assert sum(q == "amount_info" for q, _ in said.elements()) == 750 - 288
    assert {"explanation"} == {name for a in imported.annotations for name in a.shown}
    assert imported.questions is not None
    assert imported.questions["amount_info"] == "ordinal"
    assert json.loads(imported.annotations[0].raw).keys() == {f"Answer.{q}" for q, _ in told}

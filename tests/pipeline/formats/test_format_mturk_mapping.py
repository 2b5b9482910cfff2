"""Results of any columns, read as a mapping file says; and what a faulty mapping is told."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import ImportFailed, KonkyoError, UsageError
from pipeline.formats.base import Annotation, Imported, Part, ReadOptions
from pipeline.formats.mturk import read as pieces
from pipeline.formats.mturk.mapping import InstanceMapping, Mapping, QuestionMapping
from pipeline.formats.mturk.mapping_file import read_mapping
from pipeline.formats.mturk.toml_lines import line_of
from tests.docs.pages import DOCS, blocks, section
from tests.docs.pages import read as read_page
from tests.support.reading import whole_of

read = whole_of(pieces)

INSTANCE = '[instance]\ntext = "Input.text"\n'


def table(columns: str, *rows: tuple[str, ...]) -> str:
    """A results file: the names of its columns, parted by blanks, and its rows."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([columns.split(), *rows])
    return written.getvalue()


@pytest.fixture
def mapped(write: Any) -> Any:
    """Read a results file with a mapping."""

    def mapped(mapping: str, columns: str, *rows: tuple[str, ...]) -> Imported:
        path = write(mapping, "mapping.toml")
        return read(write(table(columns, *rows), "results.csv"), ReadOptions(mapping=path))

    return mapped


def only(imported: Imported) -> Annotation:
    (annotation,) = imported.annotations
    return annotation


def test_columns_make_the_instance_and_what_describes_it(mapped: Any) -> None:
    mapping = """
        [instance]
        text = ["Input.title", "Input.body"]
        join = " // "
        text_pair = "Input.claim"
        label = "Input.truth"
        split = "Input.part"
        [questions.fits]
        column = "Answer.fits"
        read = "choice"
    """
    columns = "Input.title Input.body Input.claim Input.truth Input.part Input.id Answer.fits"
    imported = mapped(mapping, columns, ("A", "b c", "d", "yes", "test", "7", "no"))
    (instance,) = imported.instances
    assert (instance.text, instance.text_pair) == ("A // b c", "d")
    assert (instance.label, instance.split) == ("yes", "test")
    assert instance.attributes == {"id": "7"}
    assert only(imported).values == {"fits": "no"}


def test_attributes_are_those_that_the_mapping_lists(mapped: Any) -> None:
    mapping = f"""{INSTANCE}
        attributes = ["Input.a"]
        [questions.q]
        column = "Answer.q"
        read = "choice"
    """
    imported = mapped(mapping, "Input.text Input.a Input.b Answer.q", ("x", "1", "2", "y"))
    assert imported.instances[0].attributes == {"a": "1"}


def test_each_question_is_read_in_its_way_and_has_its_level(mapped: Any) -> None:
    mapping = f"""{INSTANCE}
        [questions.clear]
        column = "Answer.clear"
        read = "choice"
        values = {{ Y = "clear", N = "unclear" }}
        [questions.effort]
        column = "Answer.effort"
        read = "number"
        level = "interval"
        [questions.why]
        column = "Answer.why"
        read = "text"
        [questions.marks]
        column = "Answer.html"
        read = "spans"
    """
    html = '<span>a</span> <span class="active">b</span>'
    columns = "Input.text Answer.clear Answer.effort Answer.why Answer.html"
    imported = mapped(mapping, columns, ("a b", " y", "2.5", "so, so", html))
    values = {"clear": "clear", "effort": 2.5, "why": "so, so", "marks": [1]}
    assert only(imported).values == values
    levels = {"clear": "nominal", "effort": "interval", "why": "text", "marks": "set"}
    assert imported.questions == levels


UNITS = f"""{INSTANCE}
    [questions.accepted]
    column = "Answer.accepted"
    read = "set"
    units = ["Input.e1", "Input.e2", "Input.e3"]
    beside = {{ model = ["Input.m1", "Input.m2", "Input.m3"] }}
"""
UNIT_COLUMNS = "Input.text Input.e1 Input.e2 Input.e3 Input.m1 Input.m2 Input.m3 Answer.accepted"


@pytest.mark.parametrize("cell", ["1|3", "['1', '3']", '["3", "1"]', "[1, 3]"])
def test_options_that_were_accepted_are_units_of_their_own(mapped: Any, cell: str) -> None:
    row = ("t", "one", "two", "three", "A", "B", "C", cell)
    annotation = only(mapped(UNITS, UNIT_COLUMNS, row))
    assert annotation.values == {}
    assert annotation.parts == (
        Part({"number": 1, "text": "one"}, {"accepted": True}, {"model": "A"}),
        Part({"number": 2, "text": "two"}, {"accepted": False}, {"model": "B"}),
        Part({"number": 3, "text": "three"}, {"accepted": True}, {"model": "C"}),
    )


def test_an_option_that_was_not_on_the_page_is_no_unit(mapped: Any) -> None:
    rows = [("t", "one", "", "three", "A", "", "C", cell) for cell in ("1|3", "2")]
    imported = mapped(UNITS, UNIT_COLUMNS, *rows)
    assert [p.shown["number"] for p in only(imported).parts] == [1, 3]
    assert imported.skipped == {"'accepted' names an option that there is not": 1}
    assert "set aside ('accepted' names an option that there is not): first on line 3" in (
        imported.notes
    )


def test_what_stands_beside_a_unit_is_that_of_the_first_row_and_differences_are_counted(
    mapped: Any,
) -> None:
    rows = [("t", "one", "two", "three", model, "B", "C", "1") for model in ("A", "Z", "A")]
    imported = mapped(UNITS, UNIT_COLUMNS, *rows)
    note = "1 time something else stands beside a unit than at first, which is kept"
    assert note in imported.notes


def test_a_blank_set_is_not_asked_unless_it_says_nothing_was_chosen(mapped: Any) -> None:
    row = ("t", "one", "two", "three", "A", "B", "C", "")
    assert mapped(UNITS, UNIT_COLUMNS, row, (*row[:-1], "1")).skipped == {"nothing was answered": 1}
    imported = mapped(UNITS + '    blank = "nothing"\n', UNIT_COLUMNS, row)
    # a table that is written within a line ends with it, so blank belongs to the question
    assert [part.values for part in only(imported).parts] == 3 * [{"accepted": False}]


def test_options_without_inputs_of_their_own_are_those_that_the_file_holds(mapped: Any) -> None:
    mapping = f'{INSTANCE}[questions.topics]\ncolumn = "Answer.t"\nread = "set"\n'
    imported = mapped(mapping, "Input.text Answer.t", ("x", "b|a"), ("y", "c"))
    said = [{p.shown["text"]: p.values["topics"] for p in a.parts} for a in imported.annotations]
    assert said == [{"a": True, "b": True, "c": False}, {"a": False, "b": False, "c": True}]
    assert imported.questions == {"topics": "nominal"}


def test_one_cell_holds_an_answer_for_each_unit(mapped: Any) -> None:
    mapping = f"""{INSTANCE}
        [questions.score]
        column = "Answer.score"
        read = "number"
        units = ["Input.a", "Input.b"]
    """
    columns = "Input.text Input.a Input.b Answer.score"
    rows = [("t", "x", "y", cell) for cell in ("['4', '2']", "3|", "1", "1|2|3", "1|b")]
    imported = mapped(mapping, columns, *rows)
    said = [[p.values for p in a.parts] for a in imported.annotations]
    assert said == [[{"score": 4}, {"score": 2}], [{"score": 3}]]
    assert imported.skipped == {
        "'score' does not hold one answer for each unit": 2,
        "'score' holds an answer that is no number": 1,
    }


def test_each_unit_has_an_answer_column_and_questions_share_their_units(mapped: Any) -> None:
    mapping = f"""{INSTANCE}
        [questions.score]
        columns = ["Answer.s1", "Answer.s2"]
        read = "number"
        units = ["Input.a", "Input.b"]
        [questions.why]
        columns = ["Answer.w1", "Answer.w2"]
        read = "text"
        units = ["Input.a", "Input.b"]
    """
    columns = "Input.text Input.a Input.b Answer.s1 Answer.s2 Answer.w1 Answer.w2"
    annotation = only(mapped(mapping, columns, ("t", "x", "y", "1", "5", "", "good")))
    assert [p.values for p in annotation.parts] == [{"score": 1}, {"score": 5, "why": "good"}]


GATED = f"""{INSTANCE}
    [questions.new]
    column = "Answer.new"
    read = "choice"
    [questions.much]
    column = "Answer.much"
    read = "number"
"""


def test_a_question_that_was_not_asked_has_no_value(mapped: Any) -> None:
    imported = mapped(GATED, "Input.text Answer.new Answer.much", ("a", "1", "0"), ("b", "-1", ""))
    assert [a.values for a in imported.annotations] == [{"new": "1", "much": 0}, {"new": "-1"}]
    assert "1 row leaves 'much' blank: it counts as not asked, and is no value" in imported.notes


def test_a_row_with_one_cell_that_does_not_fit_is_set_aside_whole(mapped: Any) -> None:
    imported = mapped(GATED, "Input.text Answer.new Answer.much", ("a", "1", "0"), ("b", "1", "?"))
    assert only(imported).values == {"new": "1", "much": 0}
    assert imported.skipped == {"'much' holds an answer that is no number": 1}
    # the text was read all the same
    assert [i.text for i in imported.instances] == ["a", "b"]


def test_what_was_shown_tells_apart_what_a_worker_answered(mapped: Any) -> None:
    mapping = f"""{INSTANCE}
        [shown]
        reason = "Input.reason"
        [questions.good]
        column = "Answer.good"
        read = "choice"
    """
    columns = "WorkerId Input.text Input.reason Answer.good"
    rows = [("WORKER1", "t", "r1", "y"), ("WORKER1", "t", "r2", "n"), ("WORKER1", "t", "r2", "y")]
    imported = mapped(mapping, columns, *rows)
    said = [(a.shown, a.values) for a in imported.annotations]
    assert said == [({"reason": "r1"}, {"good": "y"}), ({"reason": "r2"}, {"good": "n"})]
    assert imported.skipped == {"the same worker had answered for the text before": 1}
    assert imported.annotators == "1 named worker"


FORM = f"""{INSTANCE}
    [questions.mood]
    column = "Answer.mood"
    read = "choice"
    [questions.topics]
    column = "Answer.topics"
    read = "set"
    [questions.effort]
    column = "Answer.effort"
    read = "number"
"""


def test_fields_of_a_crowd_form_are_addressed_by_name(mapped: Any) -> None:
    sent = {
        "mood": {"bad": False, "good": True},
        "topics": {"food": True, "price": False, "staff": True},
        "effort": 3,
    }
    imported = mapped(FORM, "Input.text Answer.taskAnswers", ("t", json.dumps([sent])))
    annotation = only(imported)
    assert annotation.values == {"mood": "good", "effort": 3}
    chosen = {part.shown["text"]: part.values["topics"] for part in annotation.parts}
    assert chosen == {"food": True, "staff": True}
    assert json.loads(annotation.raw)["Answer.taskAnswers"] == json.dumps([sent])


@pytest.mark.parametrize(
    "form", ["", "[]", "{}", "[{}, {}]", "[1]", "[{", "x", r'[{"\ud800": "x"}]']
)
def test_a_broken_crowd_form_sets_the_row_aside(mapped: Any, form: str) -> None:
    good = json.dumps([{"mood": "good", "topics": {"food": True, "price": True}, "effort": "1"}])
    imported = mapped(FORM, "Input.text Answer.taskAnswers", ("t", good), ("u", form))
    assert imported.skipped == {"taskAnswers is no JSON array of one object": 1}
    assert len(imported.annotations) == 1


@pytest.mark.parametrize("column", ["Answer.worker_id", "Answer.me", "Input.me", "Me"])
def test_ids_of_people_stand_in_nothing_else_that_is_kept(mapped: Any, column: str) -> None:
    mapping = f'worker = "{column}"\n{GATED}'
    columns = f"Input.text {column} Answer.new Answer.much"
    imported = mapped(mapping, columns, ("a", "P77", "1", "0"))
    assert only(imported).worker == "P77"
    assert "P77" not in only(imported).raw
    assert imported.instances[0].attributes == {}


def test_ids_of_people_are_taken_out_of_a_crowd_form(mapped: Any) -> None:
    sent = {"mood": "good", "topics": {"food": True}, "effort": 1, "workerId": "PERSON77"}
    imported = mapped(FORM, "Input.text Answer.taskAnswers", ("t", json.dumps([sent])))
    assert "PERSON77" not in repr(imported)
    assert "good" in only(imported).raw


def test_nobody_is_known_where_the_mapping_says_so(mapped: Any) -> None:
    columns = "WorkerId Input.text Answer.new Answer.much"
    imported = mapped(f'worker = ""\n{GATED}', columns, ("PERSON77", "a", "1", "0"))
    assert only(imported).worker is None
    assert "PERSON77" not in repr(imported)


BASE = '[questions.q]\ncolumn = "Answer.q"\nread = "choice"\n'


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (f"{INSTANCE}{BASE}values = \n", "is not valid TOML: .*line 6"),
        (f'{INSTANCE}labell = "Input.text"\n{BASE}', (r"line 3: instance.labell: there is no such "
         "key; did you mean 'label'")),
        (f"{INSTANCE}{BASE}unit = []\n", "line 6: questions.q.unit: .*did you mean 'units'"),
        (f"[instanz]\n{BASE}", "line 1: instanz: there is no such key; did you mean 'instance'"),
        (BASE, "instance: is missing; give it"),
        (INSTANCE, "questions: is missing; give it"),
        (f"instance = 1\n{BASE}", r"line 1: instance: must be a table: begin it with \[instance\]"),
        (f"[instance]\ntext = 1\n{BASE}", "line 2: instance.text: .*not 1"),
        (f'{INSTANCE}{BASE.replace("choice", "choise")}', ("line 5: questions.q.read: 'choise' is "
         "none of the words for it; did you mean 'choice'")),
        (f'[instance]\ntext = "Input.txt"\n{BASE}', ("line 2: instance.text: there is no column "
         "'Input.txt'; did you mean 'Input.text'")),
        (f'{INSTANCE}[shown]\nhint = "Input.hint"\n{BASE}', "line 4: shown.hint: there is no col"),
        (f'{INSTANCE}[shown]\ntext = "Input.a"\n{BASE}', "line 4: shown.text: has a name that"),
        (f'status = "Status"\n{INSTANCE}{BASE}', "line 1: status: there is no column 'Status'"),
        (f'{INSTANCE}[questions.q]\ncolumn = "Answer.r"\nread = "choice"\n', ("line 4: questions.q."
         "column: there is no column 'Answer.r'")),
        (f'{INSTANCE}[questions.q]\nread = "choice"\n', "line 3: questions.q: needs either column"),
        (f'{INSTANCE}{BASE}columns = ["Answer.q"]\n', "needs either column .* or columns"),
        (f'{INSTANCE}{BASE}blank = "nothing"\n', "line 6: questions.q.blank: says nothing where re"),
        (f'{INSTANCE}{BASE}level = "ordinal"\n', "line 6: questions.q.level: says nothing where"),
        (f'{INSTANCE}{BASE}values = {{ a = true }}\n', "line 6: questions.q.values.a: .*not True"),
        (f'{INSTANCE}{BASE}values = {{ a = "x", " A" = "y" }}\n', "two cells are the same but for"),
        (f'{INSTANCE}{BASE}values = {{ a = "x" }}\noptions = ["a"]\n', "says what values says"),
        (f'{INSTANCE}{BASE.replace("choice", "number")}values = {{ a = "x" }}\n',
         "line 6: questions.q.values.a: must be a number"),
        (f'{INSTANCE}{BASE.replace("choice", "spans")}', "an answer read as spans is called 'mar"),
        (f'{INSTANCE}{BASE.replace("ns.q", "ns.marks")}', "an answer read as spans is called 'ma"),
        (f'{INSTANCE}{BASE.replace("ns.q", "ns.label")}values = {{ a = 1 }}\n', "its values are s"),
        (f'{INSTANCE}{BASE}units = ["Input.a"]\nbeside = {{ m = ["Input.a", "Input.b"] }}\n',
         "line 7: questions.q.beside.m: names 2 columns for 1 unit"),
        (f'{INSTANCE}{BASE.replace("choice", "set")}units = ["Input.a"]\noptions = ["1", "2"]\n',
         "line 7: questions.q.options: names 2 options for 1 unit"),
        (f'{INSTANCE}{BASE.replace("choice", "set")}options = ["1", "1"]\n', "names an option twi"),
        (f'{INSTANCE}{BASE.replace("choice", "set")}blank = "nothing"\n', "needs units or options"),
        (f'{INSTANCE}attributes = ["WorkerId"]\n{BASE}', ("line 3: instance.attributes: 'WorkerId' "
         "holds ids of people")),
    ],
)  # fmt: skip
def test_a_faulty_mapping_is_told_its_line_and_its_key(
    mapped: Any, mapping: str, said: str
) -> None:
    with pytest.raises(ImportFailed, match=rf"mapping\.toml.*{said}"):
        mapped(mapping, "WorkerId Input.text Input.a Input.b Answer.q", ("W", "t", "x", "y", "1"))


TEXTS = st.sampled_from(["Input.text", "Answer.q", "set", "choice", "nothing", "x", ""])
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.booleans(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=2)),
    max_leaves=4,
)
KEYS = st.sampled_from([*QuestionMapping.model_fields, *InstanceMapping.model_fields, "x"])


@given(
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.dictionaries(st.sampled_from([*Mapping.model_fields, "y"]), VALUES, max_size=2),
)
def test_whatever_a_mapping_says_it_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, instance: Any, question: Any, others: Any
) -> None:
    content = {"instance": {"text": "Input.text", **instance}, "questions": {"q": question}}
    path = tmp_path_factory.mktemp("drawn") / "mapping.toml"
    lines = [f"{key} = {_toml(value)}" for key, value in {**content, **others}.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    with contextlib.suppress(KonkyoError):
        read_mapping(path).check(["Input.text", "Answer.q", "WorkerId"])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")


def test_a_mapping_that_is_not_there_is_named(write: Any, tmp_path: Path) -> None:
    results = write(table("Input.text Answer.q", ("t", "1")))
    with pytest.raises(ImportFailed, match=r"none\.toml: cannot be read: No such file"):
        read(results, ReadOptions(mapping=tmp_path / "none.toml"))


def test_a_mapping_and_a_named_column_are_one_too_many(write: Any, tmp_path: Path) -> None:
    results = write(table("Input.text Answer.q", ("t", "1")))
    with pytest.raises(UsageError, match="'label'; leave that option out"):
        read(results, ReadOptions(mapping=tmp_path / "m.toml", label="Input.text"))


def test_too_many_options_are_no_set(mapped: Any) -> None:
    mapping = f'{INSTANCE}[questions.words]\ncolumn = "Answer.w"\nread = "set"\n'
    rows = [(f"t{n}", f"a{n}|b{n}") for n in range(40)]
    with pytest.raises(ImportFailed, match="'Answer.w' holds 80 different options; list those of"):
        mapped(mapping, "Input.text Answer.w", *rows)


def test_the_documented_mapping_is_one_and_every_key_is_documented(tmp_path: Path) -> None:
    text = section(read_page(DOCS / "formats.md"), "## mturk")
    (example,) = blocks(text, "toml")
    path = tmp_path / "mapping.toml"
    path.write_text(example, encoding="utf-8")
    assert read_mapping(path).mapping.levels == {"grammar": "nominal", "acceptable": "nominal"}
    for model in (Mapping, InstanceMapping, QuestionMapping):
        for key in model.model_fields:
            assert (
                re.search(rf"^(\| `{key}` \||{key} = |\[{key}[.\]])", text, re.M) or key == "read"
            )


def test_the_line_of_a_key_is_found_however_it_is_written() -> None:
    source = 'a.b = 1\n[t]\n"x y" = 2\n[t.u."v.w"]\nz = 3\n# [t.q]\n'
    assert line_of(source, ["a", "b"]) == 1
    assert line_of(source, ["t", "x y"]) == 3
    assert line_of(source, ["t", "u", "v.w", "z"]) == 5
    assert line_of(source, ["t", "u", "v.w", "missing"]) == 4
    assert line_of(source, ["q"]) is None

"""ERASER folders and result files that we write: read back by our reader, and by ERASER's rules."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.compat.base import value_of
from analysis.alignment.compat.eraser import score
from db.errors import DataError, UsageError
from db.records import HumanRationale, Instance
from pipeline.compat_results import of_results
from pipeline.formats.base import ReadOptions
from pipeline.formats.eraser import read as pieces
from pipeline.formats.eraser_out import RESPACED, SECOND, write_eraser, write_eraser_results
from pipeline.formats.instances import pair_instance, text_instance
from pipeline.formats.writers.base import Record, Said
from tests.support.reading import whole_of

read = whole_of(pieces)


def record(text: str, *marks: list[int], split: str | None = "test", label: str = "POS") -> Record:
    """A text of which people marked tokens."""
    instance = text_instance(text, {"label": label, "split": split, "attributes": {"query": "q"}})
    return Record(instance, annotations=tuple(Said(None, {"marks": one}) for one in marks))


def crowd(instance: Instance, scores: list[float], label: str | None = None) -> HumanRationale:
    numbers = np.array(scores, np.float32)
    return HumanRationale("c", instance.id, "mean", numbers, numbers, 3, label)


def test_a_folder_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    records = [
        record("a fine film .\nreally good", [1, 4, 5]),
        record("a dull film", [1], split="train", label="NEG"),
        record("of no split", [], split=None),
    ]
    written = write_eraser(records, tmp_path / "e")
    assert (written.records, written.skipped) == (3, {})
    found = read(tmp_path / "e", ReadOptions())
    assert {i.id: i.label for i in found.instances} == {
        r.instance.id: r.instance.label for r in records
    }
    assert {i.split for i in found.instances} == {"train", "test"}
    marks = {a.instance_id: a.values["marks"] for a in found.annotations}
    assert marks == {r.instance.id: r.annotations[0].values["marks"] for r in records}


@settings(max_examples=40)
@given(st.data())
def test_any_text_and_marks_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    words = data.draw(
        st.lists(
            st.text("ab.é\u00a0", min_size=1).filter(lambda w: w == w.strip()),
            min_size=1,
            max_size=9,
        )
    )
    instance = text_instance(
        " ".join(words), {"split": "test"}, np.array(_offsets(words), np.int32).reshape(-1, 2)
    )
    marks = sorted(data.draw(st.sets(st.integers(0, len(words) - 1))))
    path = tmp_path_factory.mktemp("e") / "folder"
    write_eraser([Record(instance, annotations=(Said(None, {"marks": marks}),))], path)
    found = read(path, ReadOptions())
    assert [i.id for i in found.instances] == [instance.id]
    assert found.instances[0].offsets.tolist() == instance.offsets.tolist()
    assert found.annotations[0].values["marks"] == marks


def _offsets(words: list[str]) -> list[tuple[int, int]]:
    ends = np.cumsum([len(word) + 1 for word in words])
    return [(int(end) - len(word) - 1, int(end) - 1) for word, end in zip(words, ends, strict=True)]


def test_each_person_is_a_group_and_neighbours_are_one_piece(tmp_path: Path) -> None:
    write_eraser([record("a b c d", [0, 1, 3], [1])], tmp_path / "e")
    line = json.loads((tmp_path / "e" / "test.jsonl").read_text())
    spans = [[(p["start_token"], p["end_token"], p["text"]) for p in g] for g in line["evidences"]]
    assert spans == [[(0, 2, "a b"), (3, 4, "d")], [(1, 2, "b")]]
    assert line["query"] == "q"


def test_the_consensus_stands_for_the_people(tmp_path: Path) -> None:
    one = record("a b c", [0], [0])
    human = crowd(one.instance, [0.2, 0.5, 0.9], "NEG")
    write_eraser([Record(one.instance, human, one.annotations)], tmp_path / "e")
    found = read(tmp_path / "e", ReadOptions())
    # More than half: the share of .5 is none
    assert found.annotations[0].values == {"label": "NEG", "marks": [2]}


def test_pairs_become_document_and_query(tmp_path: Path) -> None:
    pairs = [pair_instance("it is so", q, {"split": "test"}) for q in ("is it ?", "was it ?")]
    # Token 4 is the second of the query
    records = [Record(p, annotations=(Said(None, {"marks": [1, 4]}),)) for p in pairs]
    written = write_eraser(records, tmp_path / "e")
    assert written.skipped == {SECOND: 2}
    found = read(tmp_path / "e", ReadOptions())
    assert {i.id for i in found.instances} == {p.id for p in pairs}
    assert [a.values["marks"] for a in found.annotations] == [[1], [1]]


@pytest.mark.parametrize("text", ["a  b", "a\n\nb", "a b\n", "a\tb"])
def test_spaces_that_eraser_would_count_are_mended_and_counted(tmp_path: Path, text: str) -> None:
    written = write_eraser([record(text, [1])], tmp_path / "e")
    assert written.skipped == {RESPACED: 1}
    assert json.loads((tmp_path / "e" / "docs.jsonl").read_text())["document"] == "a b"


def test_what_eraser_cannot_hold_leaves_nothing_behind(tmp_path: Path) -> None:
    wide = text_instance("a b c", {"split": "test"}, np.array([[0, 3], [4, 5]], np.int32))
    with pytest.raises(DataError, match="a token with a space or line end inside"):
        write_eraser([record("fine", [0]), Record(wide)], tmp_path / "e")
    with pytest.raises(DataError, match="is in split 'dev'"):
        write_eraser([record("fine", [0], split="dev")], tmp_path / "e")
    with pytest.raises(DataError, match="there is nothing to write"):
        write_eraser([], tmp_path / "e")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "e").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        write_eraser([record("fine", [0])], tmp_path / "e")


def test_an_annotation_id_is_kept_while_it_is_free(tmp_path: Path) -> None:
    about = {"split": "test", "attributes": {"annotation_id": "n1"}}
    made = [text_instance(text, about) for text in ("a b", "c d")]  # type: ignore[arg-type]
    write_eraser([Record(one) for one in made], tmp_path / "e")
    lines = (tmp_path / "e" / "test.jsonl").read_text().splitlines()
    assert [json.loads(line)["annotation_id"] for line in lines] == ["n1", made[1].id]


def test_people_themselves_as_the_model_score_one(tmp_path: Path) -> None:
    records = []
    for one in (record("a b c d", [1, 2]), record("e f g h", [0, 1])):
        mask = np.zeros(4, np.float32)
        mask[one.annotations[0].values["marks"]] = 1
        records.append(Record(one.instance, annotations=one.annotations, models={"m": mask}))
    write_eraser(records, tmp_path / "e")
    write_eraser_results(records, tmp_path / "r.jsonl", "m")
    given, excluded = of_results(tmp_path / "e", tmp_path / "r.jsonl", "test")
    scores = score(given).scores
    for name in (
        "iou_scores[0.5].macro.f1",
        "token_prf.instance_macro.f1",
        "token_soft_metrics.auprc",
    ):
        assert value_of(scores, name) == 1
    assert excluded == {}


def test_results_are_cut_at_k_and_records_without_scores_are_counted(tmp_path: Path) -> None:
    one, other = record("a b c d", [1]), record("e f", [0])
    scored = Record(one.instance, models={"m": np.array([0.1, 0.7, 0.7, 0.9], np.float32)})
    written = write_eraser_results([scored, other], tmp_path / "r.jsonl", "m", k=2)
    assert (written.records, written.skipped) == (1, {"instances without scores of 'm'": 1})
    (rationale,) = json.loads((tmp_path / "r.jsonl").read_text())["rationales"]
    # .9, and the first of the two .7
    hard = [(s["start_token"], s["end_token"]) for s in rationale["hard_rationale_predictions"]]
    assert hard == [(1, 2), (3, 4)]
    assert rationale["soft_rationale_predictions"] == [0.1, 0.7, 0.7, 0.9]
    with pytest.raises(UsageError, match="1 token or more"):
        write_eraser_results([scored], tmp_path / "s.jsonl", "m", k=0)

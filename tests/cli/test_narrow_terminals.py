"""Tables on a narrow terminal: names fold, intervals break in two, and no number is cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.widths import Column, widths
from pipeline.project import Project, init_project, open_project
from tests.cli.support import done
from tests.cli.test_align_files import FILES, MODEL, PEOPLE, write
from tests.pipeline.faithful import known_project, texts

NARROW = [80, 60]
VALUES = "u1,a,1\nu1,b,1\nu2,a,2\nu2,b,3\nu3,a,3\nu3,b,3\n"


def shown(out: str) -> set[str]:
    """Every number of the tables, as whole words."""
    return {word.strip("[],") for word in out.split()}


def long(number: float | None) -> set[str]:
    """Three decimals; what rounds to zero is neither above nor below it."""
    return set() if number is None else {f"{number:.3f}".replace("-0.000", "0.000")}


def short(number: float | None) -> set[str]:
    """An end of an interval that stands in one cell with its value."""
    if number is None:
        return set()
    return {re.sub(r"^(-?)0\.", r"\1.", f"{number:.2f}".replace("-0.00", "0.00"))}


def of(estimates: Iterable[Any], end: Callable[[float | None], set[str]]) -> set[str]:
    found = set[str]()
    for one in estimates:
        found |= long(one["value"])
        found |= end(one["low"]) | end(one["high"]) if one["value"] is not None else set()
    return found


@pytest.fixture(params=NARROW)
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


def test_every_number_of_an_agreement_is_shown(here: Path, narrow: int) -> None:
    (here / "t.csv").write_text("unit,worker,value\n" + VALUES, encoding="utf-8")
    words = ("agreement", "t.csv", "--worker", "worker", "--bootstrap", "20")
    told = done(*words, "--json").json["estimates"]
    said = done(*words).out
    assert of(told, long) <= shown(said)
    assert set().union(*(long(one["se"]) for one in told)) <= shown(said)
    assert max(map(len, said.split("  duplicates:")[0].splitlines())) <= narrow


@pytest.mark.parametrize("below", [0, -7])
def test_every_number_of_a_comparison_is_shown(here: Path, narrow: int, below: int) -> None:
    write("human.jsonl", PEOPLE)
    other = [line | {"scores": line["scores"][::-1]} for line in MODEL]
    names = ("integrated_gradients", "a_name_without_any_end_to_it")
    for name, path, lines in zip(names, ("a.jsonl", "b.jsonl"), (MODEL, other), strict=True):
        write(path, [line | {"explainer": name} for line in lines])
    words = ["compare", "--human", "human.jsonl", "--model", "a.jsonl", "--model", "b.jsonl"]
    words += ["--bootstrap", "20", "--seed", str(7 + below)]
    told = done(*words, "--json").json
    said = shown(done(*words).out)
    named = [e for e in told["estimates"] if "effect" not in e["name"]]
    assert len(named) > 10 and of(named, long) <= said
    for difference in told["differences"]:
        assert long(difference["effect"]) | long(difference["detectable"]) <= said


def test_every_number_of_an_alignment_is_shown(here: Path, narrow: int) -> None:
    write("human.jsonl", PEOPLE)
    write("model.jsonl", [line | {"explainer": "integrated_gradients"} for line in MODEL])
    words = ("align", *FILES, "--bootstrap", "20")
    told = done(*words, "--json").json["estimates"]
    # The JSON document has more: intervals over workers, and scores that no table has.
    hidden = ("token_iou",)
    wanted = [e for e in told if e["over"] in (None, "units") and e["name"] not in hidden]
    assert of(wanted, short) <= shown(done(*words).out)


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("narrow")

    def make(settings: str) -> Project:
        (folder / "konkyo.toml").write_text(settings, encoding="utf-8")
        init_project(folder)
        return open_project(folder)

    known_project(make, texts(12)).engine.dispose()
    return folder


def test_every_number_of_faithfulness_is_shown(
    explained: Path, narrow: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(explained)
    told = done("faithfulness", "--explainer", "gradient", "--json").json
    said = shown(done("faithfulness", "--explainer", "gradient").out)
    contrasts = [one["estimate"] for one in told["contrasts"]]
    tables = ("aopc_drop", "flip_token_drop", "flip_fraction_drop", "same_as_random_weights")
    wanted = [e for e in told["estimates"] if e["name"].endswith(tables)]
    assert of([*wanted, *contrasts], short) <= said


CELL = st.text(alphabet="ab1. ", max_size=12)


@given(
    st.lists(st.tuples(st.lists(CELL, min_size=1, max_size=3), st.booleans()), max_size=5),
    st.integers(0, 60),
)
def test_no_number_is_narrower_than_its_longest_word(
    columns: list[tuple[list[str], bool]], available: int
) -> None:
    found = widths([Column(tuple(texts), number) for texts, number in columns], available)
    for (cells, number), width in zip(columns, found, strict=True):
        words = [len(word) for cell in cells[1:] for word in cell.split()]
        assert not number or width >= max(words, default=0)
        assert width <= max(map(len, cells))

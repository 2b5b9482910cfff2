"""One token replaced so that the prediction drops; explainers, and people, are asked for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from db.errors import DataError, KonkyoError, UsageError
from db.records import Estimate
from db.store import campaigns, instances
from pipeline.corruption import CorruptionRequest, CorruptionResult, corrupt, corruption, replaced
from pipeline.formats.base import ReadOptions
from pipeline.gold import passes
from pipeline.gold_file import write_gold_of
from pipeline.ingest import import_data
from pipeline.known import truths
from pipeline.plan import PlanRequest, plan
from pipeline.planted import replaced_token
from pipeline.project import Project
from tests.pipeline.explained_again import with_options
from tests.pipeline.faithful import RUN, known_project, texts
from tests.pipeline.models.support import pair
from tests.pipeline.removal.support import known_model, probability
from tests.support.data import instance

DATA = texts()


def by_name(done: CorruptionResult) -> dict[tuple[str, str], Estimate]:
    return {(e.subject, e.name): e for e in done.result.estimates}


def test_the_replacement_that_lowers_the_prediction_most_is_taken() -> None:
    (found,) = corrupt(known_model(), [instance("the film was good")], seed=1)
    # every position and every word is tried: "good" itself becomes "bad"
    assert (found.position, found.word, found.target) == (3, "bad", 0)
    assert found.instance.text == "the film was bad"
    assert found.before == pytest.approx(probability(1, 0, 4), abs=1e-6)
    assert found.after == pytest.approx(probability(0, 1, 4), abs=1e-6)
    assert found.instance.label is None and found.instance.id != found.original.id


def test_what_is_not_lowered_enough_is_left_out() -> None:
    text = [instance("so dull so dull the film was so dull the film was good")]
    lost = probability(1, 0, 13) - probability(0, 1, 13)
    assert corrupt(known_model(), text, 1, drop=lost - 0.01)
    assert corrupt(known_model(), text, 1, drop=lost + 0.01) == []


def test_a_text_is_corrupted_in_the_same_way_in_any_company() -> None:
    together = {c.original.id: c.instance.text for c in corrupt(known_model(), DATA, seed=4)}
    for one in DATA[:5]:
        alone = {c.original.id: c.instance.text for c in corrupt(known_model(), [one], seed=4)}
        assert alone.get(one.id) == together.get(one.id)


def test_the_gradient_finds_the_token_and_floors_stand_beside(
    make_project: Callable[..., Project],
) -> None:
    project = known_project(make_project, DATA)
    done = corruption(project, CorruptionRequest())
    found = by_name(done)
    assert len(done.corrupted) + sum(done.result.excluded.values()) == done.searched == 30
    # A word that speaks against the class is the only one with a score below 0; where nothing
    # but "good" became something that counts nothing, all tokens share the lowest score.
    gradient = found["gradient", "corruption_found_lowest"]
    lengths = np.array([one.instance.n_tokens for one in done.corrupted])
    assert found["chance", "corruption_found_lowest"].value == pytest.approx((1 / lengths).mean())
    assert gradient.value > 0.9 and gradient.low > found["random", STRONGEST].high
    # attention is the same on every token: it finds as much as chance
    assert found["attention", STRONGEST].value == pytest.approx(1 / 6, abs=1e-4)
    assert found["attention", "corruption_found_lowest"].value is None
    assert "no sign" in found["attention", "corruption_found_lowest"].note
    ends = np.array([one.position == 0 for one in done.corrupted])
    assert found["first token", STRONGEST].value == pytest.approx(ends.mean())
    assert {"random", "last token"} <= {subject for subject, _ in found}


STRONGEST = "corruption_found_strongest"


def test_nothing_found_and_wrong_amounts_are_errors(make_project: Callable[..., Project]) -> None:
    project = known_project(make_project, [instance("the film was so dull")])
    with pytest.raises(KonkyoError, match="--amount"):
        corruption(project, CorruptionRequest(drop=0.99))
    with pytest.raises(UsageError, match="above 0 and below 1"):
        corruption(project, CorruptionRequest(drop=1.0))


def test_replacing_keeps_punctuation_offsets_and_the_other_text() -> None:
    one = replaced(instance("A (fine) film, truly."), 1, "dreadful")
    assert one.text == "A (dreadful) film, truly."
    assert one.tokens == ["A", "(dreadful)", "film,", "truly."]
    both = replaced(pair("good film", "bad film was"), 3, "x")
    assert (both.text, both.text_pair) == ("good film", "bad x was")
    assert both.tokens == ["good", "film", "bad", "x", "was"]
    assert both.id == pair("good film", "bad x was").id
    assert replaced(instance("well ... no"), 1, "yes").text == "well yes no"


def test_gold_items_come_back_as_checks_of_a_highlight_study(
    make_project: Callable[..., Project], tmp_path: Path
) -> None:
    project = known_project(make_project, DATA)
    done = corruption(project, CorruptionRequest(sample=8))
    path = tmp_path / "gold.jsonl"
    assert write_gold_of(project, path, done.corrupted) == len(done.corrupted)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["split"] for line in lines} == {"gold"} and "label" not in lines[0]
    import_data(project, "jsonl", path, ReadOptions())
    planned = plan(project, PlanRequest("highlight", "pilot"))
    known = {i.id: i for i in instances.read(project.engine)}
    items = campaigns.read_items(project.engine, planned.campaign.id)
    checks = [item for item in items if item.role == "check"]
    assert checks and planned.gold == len(checks)
    for item in items:
        at = replaced_token(known[item.instance_id])
        assert (at is not None) == (item.role == "check")
        if at is not None:
            assert item.gold == {"marks": {"includes": [at]}}
    knowing = truths(project, planned.campaign)
    for item in checks:
        at = replaced_token(known[item.instance_id])
        assert knowing[item.id].answers == {"marks": [at]}
    # nobody marked anything: there is no campaign of imported marks
    assert [c.name for c in campaigns.read(project.engine)] == ["pilot"]
    # the same corruptions again: what was planted is neither searched nor missing in the file
    again = corruption(project, CorruptionRequest(sample=8))
    assert again.searched == 8
    assert write_gold_of(project, path, again.corrupted) == len(lines)


def test_marks_pass_where_they_hold_the_replaced_token() -> None:
    assert passes([2, 5], {"includes": [5]})
    assert not passes([2], {"includes": [5]})
    assert not passes([], {"includes": [5]})
    assert not passes(None, {"includes": [5]})


@pytest.mark.parametrize("said", ["3", "-1", "x", "1.0", ""])
def test_a_replaced_token_outside_the_text_is_refused(said: str) -> None:
    from dataclasses import replace

    odd = replace(instance("one two three"), attributes={"replaced_token": said})
    with pytest.raises(DataError, match="no token of its text"):
        replaced_token(odd)


def test_explainers_are_asked_as_for_the_rationales_that_are_stored(
    make_project: Callable[..., Project],
) -> None:
    name = "inference_arguments"
    project = known_project(make_project, DATA, (name,))
    kept = project.models / RUN / "arguments.json"
    first, request = kept.read_text("utf-8"), CorruptionRequest(explainers=(name,))
    before = corruption(project, request)
    other = with_options(project, inference_arguments={"names": 1, "m": 1})
    after = corruption(other, request)
    assert kept.read_text("utf-8") == first
    assert after.result.estimates == before.result.estimates


def test_where_no_rationales_are_stored_the_settings_say_how(
    make_project: Callable[..., Project],
) -> None:
    project = known_project(make_project, DATA, ("gradient",))
    other = with_options(project, inference_arguments={"names": 1})
    corruption(other, CorruptionRequest(explainers=("inference_arguments",)))
    kept = json.loads((project.models / RUN / "arguments.json").read_text("utf-8"))
    assert kept["options"]["names"] == 1

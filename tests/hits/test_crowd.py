"""Simulated workers: drawn from a seed, they answer every study type as its pages do."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from db.errors import UsageError
from db.masks import decode, encode
from hits.answers import read_konkyo
from hits.crowd import Knowledge, Temper, Truth, TruthError, allot, draw_crowd, page_answer
from hits.protocol import Check
from hits.render import PageFacts, Shell
from hits.studies import STUDIES
from hits.studies.panels import Panel, ShownItem
from tests.hits.crowd_pages import (
    PERFECT,
    answers,
    choices,
    image,
    item,
    page,
    row,
    text,
    words,
)

CARELESS = replace(PERFECT, careless=1.0)
TYPICAL = draw_crowd(2, 0, 5)[1].temper
LEARN = item("i1", phase="learn")
AFTER = item("i2", phase="after")
OWN = {
    "name": "fluency",
    "title": "Fluency",
    "html": "<p>${text}</p>",
    "questions": [
        {
            "name": "fluent",
            "text": "How fluent?",
            "level": "ordinal",
            "values": ["no", "so", "yes"],
        },
        {"name": "kind", "text": "Which kind?", "values": ["a", "b"]},
        {"name": "why", "text": "Why?", "form": "text", "optional": True},
    ],
}
PAGES: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any], dict[str, Any]]] = {
    "text": ("highlight", [item("i1")], {}, {"label": "negative", "marks": [3, 7]}),
    "row": ("highlight", [item("i1", row())], {}, {"label": "negative", "marks": [1]}),
    "kinds of marks": (
        "highlight",
        [item("i1")],
        {"mark_labels": ["for", "against"]},
        {"label": "positive", "marks": [3, 7], "marks.for": [3], "marks.against": [7]},
    ),
    "rating": ("rate", [item("i1")], {}, {"convincing": 0.75, "confidence": 1}),
    "sides": ("compare", [item("i1", text(), text())], {}, {"better": "second"}),
    "guess": ("guess", [item("i1")], {}, {"guess": "negative"}),
    "nobody can tell": ("guess", [item("i1")], {}, {"guess": "unsure"}),
    "phases": ("simulate", [LEARN, AFTER], {}, {"prediction": "negative"}),
    "argument": ("verify", [item("i1", text(), words())], {}, {"fits": "no"}),
    "intruder": ("intrude", [{**item("i1"), "panels": [], "choices": choices(6)}], {}, {"intruder": 4}),
    "no intruder": (
        "intrude",
        [item("i1", choices=choices(6))],
        {"none": True},
        {"intruder": "none"},
    ),
    "distinction": (
        "choose",
        [item("i1", text(), text(), choices=choices(2))],
        {},
        {"prediction": 1, "confidence": 0},
    ),
    "agreement": ("choose", [item("i1")], {"form": "agreement"}, {"similarity": 1, "confidence": 1}),
    "free text": ("name", [item("i1", words())], {}, {"name": "the sea"}),
    "a list of names": ("name", [item("i1", image())], {"names": ["sea", "sky"]}, {"name": "sky"}),
    "output": ("output", [item("i1")], {}, {"quality": 0.5}),
    "own": ("own", [item("i1", row())], OWN, {"fluent": 0.5, "kind": "b", "why": "clear"}),
    "outputs": ("output", [item("i1")], {"form": "compare"}, {"better": "equal"}),
}  # fmt: skip
SAID = {  # what the study stores where it is not the truth as it was handed over
    "rating": {"convincing": 4, "confidence": 4},
    "distinction": {"prediction": 1, "confidence": 1},
    "agreement": {"similarity": 4, "confidence": 4},
    "output": {"quality": 3},
    "own": {"fluent": 2, "kind": "b", "why": "clear"},
}
each_page = pytest.mark.parametrize("name", list(PAGES))


def test_every_study_has_workers_who_can_answer_it() -> None:
    assert {study for study, *_ in PAGES.values()} == set(STUDIES)


@each_page
def test_a_perfect_worker_gives_the_truth(name: str) -> None:
    study, items, settings, true = PAGES[name]
    asking = settings if study not in ("rate", "guess") else {**settings, "confidence": True}
    last = answers(page(study, items, asking), {items[-1]["id"]: Truth(answers=true)})[-1]
    wanted = SAID.get(name, true)
    assert {question: last[question] for question in wanted} == wanted


@each_page
@pytest.mark.parametrize(
    "temper", [PERFECT, TYPICAL, CARELESS], ids=["perfect", "typical", "careless"]
)
@pytest.mark.parametrize("informed", [True, False])
def test_every_worker_sends_what_the_study_can_read(
    name: str, temper: Temper, informed: bool
) -> None:
    study, items, settings, true = PAGES[name]
    truth = {one["id"]: Truth(answers=true) for one in items} if informed else {}
    for seed in range(20):
        assert answers(page(study, items, settings), truth, temper, seed)


def test_nothing_is_answered_where_nothing_is_asked() -> None:
    sent = page_answer(page("simulate", [LEARN, AFTER]), PERFECT, Knowledge({}), random.Random(1))
    assert set(sent["items"][0]) == {"id", "position", "ms"}
    assert "prediction" in sent["items"][1]


def test_without_a_word_on_it_labels_and_marks_follow_from_label_and_evidence() -> None:
    said = answers(page("highlight", [item("i")]), {"i": Truth("negative", frozenset({3, 7}))})
    assert said == [{"label": "negative", "marks": [3, 7]}]


def test_a_rationale_on_the_evidence_is_rated_above_one_beside_it() -> None:
    truth, scores = {"i": Truth("b", frozenset({3, 7}))}, [0.0] * 20
    on = text(scores=[1.0 if at in (3, 7) else 0.0 for at in range(20)])
    half = text(scores=[1.0 if at in (3, 7, 8, 9, 10, 11) else 0.0 for at in range(20)])
    said = [
        answers(page("rate", [item("i", panel)]), truth)[0]["convincing"]
        for panel in (on, half, text(scores=scores))
    ]
    # 0.1 + 0.85·1 → 4.8 → 5; a third on the evidence, doubled: 0.1 + 0.85·2/3 → 3.67; none: 1.4.
    assert said == [5, 4, 1]


@pytest.mark.parametrize("form", ["array", "boxes", "runs"])
def test_a_perfect_worker_marks_exactly_the_known_region(form: str) -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[5:21, 10:31] = 1
    known = {"array": mask, "boxes": [[10, 5, 31, 21]], "runs": encode(mask)}[form]
    truth = {"i": Truth("positive", answers={"marks": known})}
    said = answers(page("highlight", [item("i", image())]), truth)[0]
    assert np.array_equal(decode(said["marks"]), mask)


def test_a_region_that_is_not_known_is_not_marked_and_that_is_said() -> None:
    data = page("highlight", [item("i", image())])
    sent = page_answer(data, PERFECT, Knowledge({}), random.Random(1))["items"][0]
    assert sent["nothing"] is True
    assert not decode(sent["marks"]).any()


def test_where_sentences_are_marked_a_mark_is_a_whole_sentence() -> None:
    data = page("highlight", [item("i", text(sentences=[0, 5, 12]))], {"unit": "sentence"})
    assert answers(data, {"i": Truth("positive", frozenset({6}))})[0]["marks"] == [*range(5, 12)]
    found = {tuple(answers(data, {}, CARELESS, seed)[0]["marks"]) for seed in range(40)}
    assert all({0, 5, 12} & set(marks) for marks in found)
    assert len(found) == 7  # one, two or three of three sentences


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    data = page("highlight", [item(f"i{n}") for n in range(10)])
    truth = {f"i{n}": Truth("positive", frozenset({n})) for n in range(10)}
    once, again, other = (
        page_answer(data, TYPICAL, Knowledge(truth), random.Random(seed)) for seed in (1, 1, 2)
    )
    assert json.dumps(once) == json.dumps(again) != json.dumps(other)


@pytest.mark.parametrize(
    ("study", "one", "known", "problem"),
    [
        ("intrude", item("i", choices=choices(6)), {"intruder": 6}, "6 is none of the answers"),
        ("intrude", item("i", choices=choices(6)), {"intruder": [0.1]}, "1 utilities for 6"),
        ("compare", item("i"), {"better": "left"}, "'left' is none of the answers"),
        ("rate", item("i"), {"convincing": 4}, "4 is no quality in"),
        ("name", item("i", words()), {"name": 3}, "3 is no name"),
        ("highlight", item("i", image()), {"marks": np.ones((2, 2))}, r"a mask of \(2, 2\)"),
    ],
)
def test_a_truth_that_cannot_be_is_refused_by_item_and_question(
    study: str, one: dict[str, Any], known: dict[str, Any], problem: str
) -> None:
    with pytest.raises(TruthError, match=f"item 'i', question '{next(iter(known))}': {problem}"):
        answers(page(study, [one]), {"i": Truth(answers=known)})


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"accuracy": 1.2}, "accuracy is 1.2; give a number from 0 to 1"),
        ({"fatigue": -0.1}, "fatigue is -0.1; give a number at least 0"),
        ({"recall": float("nan")}, "recall is nan"),
        ({"bias": {"a": -1}}, "bias of 'a' is -1; give a number at least 0"),
    ],
)
def test_a_temper_outside_its_ranges_is_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        replace(PERFECT, **changed)


def test_the_same_seed_draws_the_same_crowd_and_a_later_draw_another() -> None:
    once, again, later = draw_crowd(8, 0.25, 1), draw_crowd(8, 0.25, 1), draw_crowd(8, 0.25, 1, 8)
    assert once == again
    assert not {w.platform_id for w in once} & {w.platform_id for w in later}
    assert sum(w.temper.careless for w in once) == 2


def test_an_option_more_changes_leanings_and_nothing_else() -> None:
    two, three = (draw_crowd(5, 0, 1, options=options) for options in ("ab", "abc"))
    assert [set(w.temper.bias) for w in three] == [set("abc")] * 5
    assert [replace(w.temper, bias={}) for w in two] == [replace(w.temper, bias={}) for w in three]


def test_every_hit_gets_so_many_different_workers() -> None:
    crowd = draw_crowd(9, 0, 1)
    visits = allot([f"h{n}" for n in range(40)], crowd, 3, 1)
    seen = Counter(hit for hits in visits.values() for hit in set(hits))
    assert set(seen.values()) == {3}
    assert len({len(hits) for hits in visits.values()}) > 1  # some are busier than others


def test_the_whole_answer_of_a_page_can_be_read_with_its_facts() -> None:
    data = page("rate", [item("i1"), item("i2", image(), row())])
    sent = page_answer(data, TYPICAL, Knowledge({}), random.Random(3))
    read = read_konkyo({"konkyo": json.dumps(sent)}, "rate", ["i1", "i2"])
    assert read.facts["active_ms"] == sum(one["ms"] for one in read.items) > 0
    assert read.facts["pastes"] == read.facts["focus_losses"] == 0


def test_careless_workers_are_fast() -> None:
    data = page("rate", [item(f"i{n}") for n in range(50)])
    spent = [
        page_answer(data, temper, Knowledge({}), random.Random(1))["facts"]["active_ms"]
        for temper in (PERFECT, CARELESS)
    ]
    assert spent[1] < spent[0] / 4


def test_a_worker_agrees_and_passes_the_checks_that_the_page_has() -> None:
    data, html = page("rate", [item("i1")]), render(consent=True)
    sent = [
        page_answer(data, temper, Knowledge({}), random.Random(seed), html=html)
        for temper in (PERFECT, CARELESS)
        for seed in range(30)
    ]
    facts = [read_konkyo({"konkyo": json.dumps(one)}, "rate", ["i1"]).facts for one in sent]
    assert all(0 < one["consented_ms"] < one["active_ms"] for one in facts)
    assert all(one["comprehension_passed"] == 1 for one in facts)
    # Who knows the answers needs one attempt; luck is not enough every time.
    assert {one["comprehension_attempts"] for one in facts[:30]} == {1}
    assert {one["comprehension_attempts"] for one in facts[30:]} == {1, 2}


def test_a_page_that_does_not_ask_for_consent_gets_none() -> None:
    data = page("rate", [item("i1")])
    sent = page_answer(data, PERFECT, Knowledge({}), random.Random(1), html=render(consent=False))
    assert set(sent["facts"]) == {
        "active_ms", "focus_losses", "pastes", "restores", "width", "coarse"
    }  # fmt: skip


def render(consent: bool) -> str:
    """A page of ratings, with or without a consent page and checks."""
    facts = PageFacts("Rate", "$1", 2, "Read.", "I agree.")
    if consent:
        checks = (Check("What is rated?", ("texts", "words"), 1, "Words are."),) * 2
        facts = replace(facts, consent_page="Please read this.", comprehension=checks)
    panel = Panel("text", "cold soup", ((0, 4), (5, 9)), scores=(1.0, 0.0), presentation="heat")
    return Shell("rate", {}, facts).page([ShownItem("i1", (panel,))])

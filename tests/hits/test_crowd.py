"""Simulated workers: drawn from a seed, of the skill they are said to have."""

from __future__ import annotations

import random
from collections import Counter

from hits.crowd import RESPONSES, Temper, Truth, allot, draw_crowd
from hits.studies import STUDIES, load_study

CAREFUL = Temper(accuracy=1.0, recall=1.0, spread=0.0, noise=0.0, leniency=0.0, careless=False)
TOKENS = [f"w{n}" for n in range(20)]


def test_the_same_seed_draws_the_same_crowd_and_a_later_draw_another() -> None:
    once, again, later = draw_crowd(8, 0.25, 1), draw_crowd(8, 0.25, 1), draw_crowd(8, 0.25, 1, 8)
    assert once == again
    assert not {w.platform_id for w in once} & {w.platform_id for w in later}
    assert sum(w.temper.careless for w in once) == 2


def test_every_hit_gets_so_many_different_workers() -> None:
    crowd = draw_crowd(9, 0, 1)
    visits = allot([f"h{n}" for n in range(40)], crowd, 3, 1)
    seen = Counter(hit for hits in visits.values() for hit in set(hits))
    assert set(seen.values()) == {3}
    assert len({len(hits) for hits in visits.values()}) > 1  # some are busier than others


def test_a_careful_worker_gives_the_truth() -> None:
    item = {"id": "i", "tokens": TOKENS}
    settings = load_study("highlight").check_settings({"labels": ["a", "b"]})
    truth = Truth("b", frozenset({3, 7}))
    said = RESPONSES["highlight"](item, settings, truth, CAREFUL, random.Random(0))
    assert said == {"label": "b", "marks": [3, 7], "nothing": False}


def test_a_rationale_on_the_evidence_is_rated_above_one_beside_it() -> None:
    settings = load_study("rate").check_settings({})
    truth = Truth("b", frozenset({3, 7}))
    on = {"id": "i", "tokens": TOKENS, "scores": [1.0 if n in (3, 7) else 0.0 for n in range(20)]}
    beside = on | {"scores": [1.0 if n in (4, 8) else 0.0 for n in range(20)]}
    rng = random.Random(0)

    def mean(item: dict[str, object]) -> float:
        rate = RESPONSES["rate"]
        return sum(rate(item, settings, truth, CAREFUL, rng)["convincing"] for _ in range(50)) / 50

    assert mean(on) > mean(beside) + 2


def test_every_study_has_workers_who_can_answer_it() -> None:
    assert set(RESPONSES) == set(STUDIES)

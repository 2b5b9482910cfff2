"""Who stands out by how much they did."""

from __future__ import annotations

from pipeline.release.rare import note, rare_combinations


def test_workers_who_did_the_same_as_four_others_are_not_rare() -> None:
    # five people with two judgements each in "a"; one with three; one with two in "a", one in "b"
    campaigns = ["a"] * 10 + ["a"] * 3 + ["a", "a", "b"]
    people = [f"p{k % 5}" for k in range(10)] + ["many"] * 3 + ["both"] * 3
    assert rare_combinations(campaigns, people) == (2, 7)
    assert note(campaigns, people).startswith("2 of 7 workers")


def test_nobody_named_nobody_stands_out() -> None:
    assert rare_combinations(["a", "a"], [None, None]) == (0, 0)
    assert note(["a"], [None]) == ""

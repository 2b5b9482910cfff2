"""What a comparison of trained runs is made from, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.arrays import Floats, Ints
from db.records import Estimate


@dataclass(frozen=True, eq=False)
class Trial:
    """One trained run on its test instances (m of them).

    `instance`: int64, shape (m,), numbers that mean the same instance in every trial; `truth`:
    int64, shape (m,), class numbers; `probabilities`: shape (m, C); `per_instance`: further
    scores by name, shape (m,), NaN where undefined (alignment with people, entropy). Names that
    end in `_chance` and `_people` say what the constant map and other people get of the score
    before that ending: they are no scores of the run, and the score is normalised by both.
    """

    objective: str
    seed: int
    instance: Ints
    truth: Ints
    probabilities: Floats
    per_instance: Mapping[str, Floats]


@dataclass(frozen=True)
class SeedValue:
    """The score of one run on one metric; None where undefined."""

    objective: str
    metric: str
    seed: int
    value: float | None


@dataclass(frozen=True)
class Gain:
    """`estimate.subject` minus `against` on `estimate.name`, and whether chance could make it.

    Where the metric was not tested, `verdict` is "not tested", `p` None, and `smallest_p` 1. Else
    `p` is from sign flips of whole seeds, adjusted by Holm over all gains of the table that are
    defined (None where this is not), and `smallest_p` the least that it could have been. `detectable` is the difference that this many
    seeds and instances would find four times in five. `verdict` is "helps", "hurts" or "not
    shown": the first two only where p is at most the threshold and the interval leaves out 0;
    "rises" and "falls" of metrics of which neither end is better; "no verdict" where p could not
    have been that small.
    """

    estimate: Estimate
    against: str
    p: float | None
    smallest_p: float
    detectable: float | None
    verdict: str


@dataclass(frozen=True)
class TrialTable:
    """Scores by seed, their means, and the gains over the baseline and the controls.

    `described`: the same pairs on all other metrics, without a test. `beside`: what chance (subject
    "constant") and people (subject "people") get of a score, on the instances of the same seeds.
    """

    values: list[SeedValue]
    means: list[Estimate]
    gains: list[Gain]
    notes: list[str]
    described: list[Gain] = field(default_factory=list)
    beside: list[Estimate] = field(default_factory=list)

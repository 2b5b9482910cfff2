"""What a comparison gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.comparison.differences import Difference
from db.records import Estimate
from db.words import counted

FLIPS = (
    "p is from flips or permutations of whole units: it speaks of these workers only; the intervals "
    "over workers and both ask about others"
)


@dataclass(frozen=True)
class ComparisonResult:
    """`estimates`: what each condition has; `differences`: pairs of conditions, or conditions
    against a level; `excluded`: reason → how many rows; `notes`: what must be known besides."""

    estimates: list[Estimate]
    differences: list[Difference]
    excluded: dict[str, int]
    notes: list[str]

    @property
    def all_estimates(self) -> list[Estimate]:
        """Every number: of the conditions, of their differences, and what stands beside these."""
        beside = [e for d in self.differences for e in (*d.estimates, d.effect, *d.more)]
        return [*self.estimates, *beside]


def notes_on(found: Sequence[Difference]) -> list[str]:
    """What must be known of all tests together."""
    tested = [d for d in found if d.p is not None]
    if not tested:
        return ["nothing could be tested"] if found else []
    several = [f"Holm's correction is over {len(tested)} comparisons"] if len(tested) > 1 else []
    notes = [*several, FLIPS]
    weak = [d for d in tested if (d.smallest_p or 0) * len(tested) > 0.05]
    if weak:
        notes.append(
            f"{counted(len(weak), 'comparison has', 'comparisons have')} too few units that differ: "
            "after the correction p could not have been below .05"
        )
    apart = sum(not d.paired for d in tested)
    if apart:
        notes.append(
            f"{counted(apart, 'difference is', 'differences are')} of different units, not paired"
        )
    return notes

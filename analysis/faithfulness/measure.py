"""All faithfulness scores of several explainers over the same instances, controls beside.

Every number carries the removal operator in its name: `comprehensiveness_aopc_drop`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.arrays import Bools, Floats
from analysis.faithfulness import FAITHFULNESS
from analysis.faithfulness.base import Contrast, FaithfulnessResult, Probed, Score
from analysis.faithfulness.contrasts import contrasts
from analysis.faithfulness.means import means, plan_of
from analysis.faithfulness.normalised import Normalised
from db.errors import DataError, UsageError
from db.records import Estimate

RANDOM = "random"
OF_FRESH = ", random weights"
"""What the name of an explainer's control of random weights ends with."""
COMPATS = ("carton",)


def measure(
    probed: Mapping[str, Probed],
    removal: str,
    *,
    compat: str | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> FaithfulnessResult:
    """Means with intervals over instances, and every explainer (no control) against `random`.

    `probed`: subject → its probabilities; the instances are the same, in the same order, and a
    subject called `random` must be among them. `compat`: "carton" clips the normalised scores.
    """
    n = _same_length(probed)
    families = _families(compat)
    shares = next(iter(probed.values())).shares
    scales = {k: v for family in families for k, v in family.scales(shares).items()}
    scores = {subject: _scores(families, one) for subject, one in probed.items()}
    plan = plan_of(n, bootstrap, seed, confidence)
    found = [e for subject, own in scores.items() for e in means(plan, own, scales, subject)]
    explainers = [name for name in probed if name != RANDOM and not name.endswith(OF_FRESH)]
    tested = contrasts(scores, explainers, RANDOM, plan)
    return FaithfulnessResult(
        estimates=tuple(named(e, removal) for e in found),
        contrasts=tuple(_renamed(one, removal) for one in tested),
        excluded=_excluded(families, next(iter(probed.values()))),
    )


def named(estimate: Estimate, removal: str) -> Estimate:
    """The same number under its full name: the operator is part of it."""
    return replace(estimate, name=f"{estimate.name}_{removal}")


def _renamed(one: Contrast, removal: str) -> Contrast:
    return replace(one, estimate=named(one.estimate, removal))


def check_compat(compat: str | None) -> None:
    """UsageError where no paper's way of counting has that name."""
    if compat not in (None, *COMPATS):
        raise UsageError(f"no --compat called {compat!r} (there are: {', '.join(COMPATS)})")


def _families(compat: str | None) -> list[Score]:
    check_compat(compat)
    loaded = [FAITHFULNESS.load(name)() for name in FAITHFULNESS if name != "normalised"]
    return [*loaded, Normalised(clip=compat == "carton")]


def _scores(families: Sequence[Score], one: Probed) -> dict[str, Floats]:
    return {name: values for family in families for name, values in family.score(one).items()}


def _excluded(families: Sequence[Score], one: Probed) -> dict[str, int]:
    """Reasons concern the whole texts alone, so they are the same for every subject."""
    reasons: dict[str, Bools] = {}
    for family in families:
        reasons |= family.undefined(one)
    return {reason: int(rows.sum()) for reason, rows in reasons.items() if rows.any()}


def _same_length(probed: Mapping[str, Probed]) -> int:
    if RANDOM not in probed:
        raise DataError("faithfulness is read against a random rationale, and none was given")
    sizes = {len(one.full) for one in probed.values()}
    if len(sizes) > 1 or 0 in sizes:
        raise DataError("all rationales need the same instances, one at least")
    return sizes.pop()

"""How many human rationales are needed: what an arm comes to with a fraction of them, and its cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from analysis.trials import TrialTable
from db.records import Campaign, Estimate, ModelRun, TeachingArm
from db.store import ledger
from pipeline.judged import marks_of
from pipeline.project import Project

CENT = Decimal("0.01")


@dataclass(frozen=True)
class CurvePoint:
    """A fraction of the human rationales: how many instances, for how much, to what effect.

    `annotated`: training instances with human rationales, the mean over seeds; `cost`: what these
    came to at the campaign's spending for an instance, which is `each`; both None where it spent
    nothing (an import, or nobody paid yet); `estimates`: every metric's mean over seeds.
    """

    arm: str
    fraction: float
    annotated: float
    cost: Decimal | None
    currency: str
    each: Decimal | None
    estimates: tuple[Estimate, ...]


def curve(
    project: Project,
    campaign: Campaign,
    arms: Sequence[TeachingArm],
    known: Mapping[str, ModelRun],
    table: TrialTable,
    whole: Sequence[int],
) -> tuple[CurvePoint, ...]:
    """From none of the rationales (plain training) to all of them; () without fractions.

    `whole`: the places of the seeds of which every run is there.
    """
    parts = [arm for arm in arms if arm.role == "part"]
    if not parts:
        return ()
    plain = next(arm for arm in arms if arm.role == "baseline")
    taught = next(arm for arm in arms if arm.name == parts[0].of)
    each = _for_an_instance(project, campaign)
    found = []
    for arm, fraction in ((plain, 0.0), *((p, p.fraction) for p in parts), (taught, 1.0)):
        counts = [known[arm.runs[n]].settings.get("annotated", 0) for n in whole]
        annotated = sum(counts) / len(counts)
        cost = None if each is None else (each * Decimal(annotated)).quantize(CENT, ROUND_HALF_UP)
        means = tuple(mean for mean in table.means if mean.subject == arm.name)
        money = (cost, campaign.currency, each)
        found.append(CurvePoint(arm.name, fraction, annotated, *money, means))
    return tuple(found)


def _for_an_instance(project: Project, campaign: Campaign) -> Decimal | None:
    """What the campaign spent, over the instances that were marked in it, labelled or not."""
    spent = ledger.totals(project.engine, campaign.id)["spent"]
    return spent / len(marks_of(project, campaign).instance_ids) if spent else None

"""The plot "objectives side by side": what each way of training comes to on one metric."""

from __future__ import annotations

from analysis.report.glossary import subject, term
from analysis.report.plots.charts import DotRow, Dots
from analysis.report.teaching import Objective, Teaching
from analysis.report.wording import lines_over_seeds
from db.records import Estimate
from db.words import counted

BETTER = {"higher": "higher is better", "lower": "lower is better", "neither": ""}
ROLES = {"baseline": "baseline", "control": "control", "taught": ""}


def arms(teaching: Teaching, metric: str) -> Dots | None:
    """A row for each objective in the order of the table, controls too; None without any mean."""
    means = {mean.subject: mean for mean in teaching.means if mean.name == metric}
    found = [(o, means[o.name]) for o in teaching.objectives if o.name in means]
    if all(mean.value is None for _, mean in found):
        return None
    title = term(metric).title
    ends = [m.direction for m in teaching.metrics if m.name == metric]
    better = "".join(f" ({BETTER[end]})" for end in ends if BETTER[end])
    return Dots(
        f"objectives-{metric.replace(' ', '-')}".lower(),
        f"{title}, by objective",
        _caption([mean for _, mean in found], _seeds(teaching, metric)),
        f"{title}{better}",
        "objective",
        tuple(DotRow(_named(o), ROLES[o.role], (mean,)) for o, mean in found),
        (title,),
    )


def _named(objective: Objective) -> str:
    """The objective, and whether it is what the others are held against."""
    role = ROLES[objective.role]
    return subject(objective.name) + (f" ({role})" if role else "")


def _seeds(teaching: Teaching, metric: str) -> int:
    return len({score.seed for score in teaching.scores if score.metric == metric})


def _caption(means: list[Estimate], seeds: int) -> str:
    text = f"The mean over {counted(seeds, 'seed')}, of instances that were not learned from."
    text = f"{text} {lines_over_seeds(means)}".rstrip()
    return (
        f"{text} Objectives are paired by seed: whether two differ is told by their paired "
        "difference, not by whether their lines overlap."
    )

"""The plots "certainty" and "entropy": how sure a consensus is, unit by unit.

Entropy is Shannon's (1948), in nats.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.aggregation.base import Aggregation
from analysis.aggregation.scores import Drawing
from analysis.arrays import Floats, Ints
from analysis.intervals import estimate
from analysis.report.glossary import inline
from analysis.report.plots.charts import OTHERS, Stack
from analysis.report.wording import interval_phrase, number, percent
from analysis.resampling import Plan, Units, Weights
from db.records import Estimate
from db.words import counted

STEPS = 20
LAYERS = 4
"""Labels with a layer of their own; more are joined."""
TIE = "no winner (tie)"


def certainty(found: Aggregation, drawing: Drawing, *, about: str = "") -> Stack | None:
    """Units by the probability of their winner, in steps of 0.05, layered by the winner."""
    if len(found.units) == 0:
        return None
    top = found.posterior.max(axis=1)
    mean = _mean("certainty", top, drawing)
    sure = percent(float((top >= 0.95).mean()))
    caption = (
        f"Consensus by {inline(found.method)} of {counted(len(top), 'unit')}: the probability of "
        f"the winning label. Mean {_said(mean)}; {sure} of units are at 0.95 or above. A method "
        f"can be sure and wrong: only known answers tell."
    )
    edges = np.linspace(0.0, 1.0, STEPS + 1)
    layers = _layers(found, top, edges)
    title = f"How sure the consensus is{about}"
    across = "probability of the winning label"
    return Stack("certainty", title, caption, across, "units (count)", *layers, edges)


def entropy(found: Aggregation, drawing: Drawing, *, about: str = "") -> Stack | None:
    """Units by the entropy of their labels' probabilities, 0 to log K in 20 steps."""
    n_labels = len(found.labels)
    if len(found.units) == 0 or n_labels < 2:
        return None
    most = math.log(n_labels)
    mean = _mean("entropy", found.entropy, drawing)
    caption = (
        f"Consensus by {inline(found.method)} of {counted(len(found.units), 'unit')}: entropy of "
        f"the labels' probabilities, from 0 (certain) to {number(most, 2)} nats (all "
        f"{n_labels} labels alike). Mean {_said(mean)}."
    )
    edges = np.linspace(0.0, most, STEPS + 1)
    layers = _layers(found, found.entropy, edges)
    title = f"How undecided the consensus is{about}"
    return Stack("entropy", title, caption, "entropy (nats)", "units (count)", *layers, edges)


def _mean(name: str, values: Floats, drawing: Drawing) -> Estimate:
    plan = Plan(Units.single(len(values)), 0, False, ("units",), *drawing)

    def mean(drawn: Weights) -> Floats:
        return np.asarray(values @ drawn.units / drawn.units.sum(axis=0))

    spread = plan.interval("units", mean, len(values))
    return estimate(name, float(values.mean()), spread, over="units", confidence=plan.confidence)


def _said(mean: Estimate) -> str:
    inside = interval_phrase(mean)
    return number(mean.value, 2) + (f" ({inside})" if inside else "")


def _layers(found: Aggregation, values: Floats, edges: Floats) -> tuple[tuple[str, ...], Ints]:
    """Names of the layers, and counts of units: int64, shape (S, B). Ties have a layer."""
    step = np.searchsorted(edges[1:-1], values + 1e-12, side="right")
    best = found.posterior.argmax(axis=1)
    sizes = np.bincount(best[~found.tied], minlength=len(found.labels))
    ranked = [k for k in np.argsort(-sizes, kind="stable").tolist() if sizes[k]]
    own = ranked if len(ranked) <= LAYERS + 1 else ranked[:LAYERS]
    layers = [(str(found.labels[k]), (best == k) & ~found.tied) for k in sorted(own)]
    if len(own) < len(ranked):
        layers.append((OTHERS, ~np.isin(best, own) & ~found.tied))
    if found.tied.any():
        layers.append((TIE, found.tied))
    counts = [np.bincount(step[mask], minlength=STEPS) for _, mask in layers]
    names = tuple(name for name, _ in layers)
    return names, np.array(counts, dtype=np.int64).reshape(len(layers), STEPS)

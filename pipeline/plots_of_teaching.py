"""`konkyo teach --plots DIR`: objectives side by side, and how many human rationales are needed."""

from __future__ import annotations

from analysis.report.plots.arms import arms
from analysis.report.plots.learning_curve import learning_curve
from pipeline.plots import Plots
from pipeline.report_sections import teaching
from pipeline.teaching.experiment import TESTED, Experiment

NO_CURVE = (
    "how many rationales are needed was not drawn: nothing was taught with less than all "
    "(--fraction 0.25)"
)


def plots_of_teaching(found: Experiment) -> Plots:
    """Two plots of each metric that is tested; a metric without any value is left out, and named."""
    shown = teaching(found)
    charts = []
    left_out = [] if shown.curve else [NO_CURVE]
    for metric in TESTED:
        beside = arms(shown, metric)
        if beside is None:
            left_out.append(f"{metric} was not drawn: it is undefined for every objective")
            continue
        needed = learning_curve(shown.curve, metric)
        charts += [beside, *([] if needed is None else [needed])]
    return Plots(tuple(charts), tuple(left_out))

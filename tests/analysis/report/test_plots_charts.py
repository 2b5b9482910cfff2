"""Plots as data: what they count, what their captions say, and where there is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from plot_sample import DRAWING, charts, judgements

from analysis.aggregation.aggregate import aggregate
from analysis.agreement.by_label import agreement_by_label
from analysis.report.plots.by_label import MOST, by_label
from analysis.report.plots.by_worker import by_worker
from analysis.report.plots.charts import MOST_LABELS, OTHERS, Course, Dots, Matrix, Stack
from analysis.report.plots.confusion import confusion_plot
from analysis.report.plots.over_time import over_time
from analysis.report.plots.posterior import TIE, certainty, entropy
from analysis.workers.against import against_others
from analysis.workers.agreement import agreement
from analysis.workers.read import read_work

KINDS = {"agreement-by-label", "agreement-by-worker", "agreement-over-time", "confusion",
         "certainty", "entropy"}  # fmt: skip


def test_every_plot_names_its_axes_an_interval_and_its_counts() -> None:
    found = charts(judgements())
    assert set(found) == KINDS
    for chart in found.values():
        assert chart.title and chart.across and chart.up
        assert "95% interval" in chart.caption
        assert any(sign.isdigit() for sign in chart.caption.replace("95%", ""))
        assert "nan" not in chart.caption.lower() and "None" not in chart.caption


def test_labels_stand_in_order_of_frequency_and_the_rarest_are_counted() -> None:
    table = judgements([f"label {n}" for n in range(MOST + 3)], units=400)
    chart = charts(table)["agreement-by-label"]
    assert isinstance(chart, Dots)
    common = [name for name, _ in Counter(table["value"]).most_common(MOST)]
    assert {row.name for row in chart.rows} == set(common)
    assert "3 rarer labels are not drawn" in chart.caption
    sizes = [row.estimates[0].n_judgements or 0 for row in chart.rows]
    assert sizes == sorted(sizes, reverse=True)


def test_many_workers_become_a_course_from_least_to_most() -> None:
    few, many = (charts(judgements(workers=n, units=300))["agreement-by-worker"] for n in (40, 41))
    assert isinstance(few, Dots) and len(few.rows) == 40
    assert isinstance(many, Course) and len(many.points) == 41
    values = [point.estimate.value for point in many.points]
    assert values == sorted(values)  # type: ignore[type-var]


def test_a_confusion_matrix_joins_the_rarest_labels_and_loses_nothing() -> None:
    table = judgements([f"label {n}" for n in range(MOST_LABELS + 4)], units=300)
    whole = against_others(read_work(table), None, DRAWING)
    chart = confusion_plot(whole, "the others")
    assert isinstance(chart, Matrix)
    assert len(chart.labels) == MOST_LABELS and chart.labels[-1] == OTHERS
    assert chart.counts.sum() == pytest.approx(whole.counts.sum())
    kept = [whole.labels.index(label) for label in chart.labels[:-1]]
    assert chart.counts[:-1, :-1].tolist() == whole.counts[np.ix_(kept, kept)].tolist()


@pytest.mark.parametrize("draw", [certainty, entropy])
def test_every_unit_is_in_one_step_and_ties_have_a_layer(draw: object) -> None:
    table = judgements(units=90)
    result = aggregate(table, "majority")
    posterior = result.posterior.copy()
    posterior[0] = [1, 0, 0]
    posterior[1] = [0.5, 0.5, 0]
    chart = draw(replace(result, posterior=posterior), DRAWING)  # type: ignore[operator]
    assert isinstance(chart, Stack)
    assert chart.counts.sum() == len(result.units)
    assert chart.series[-1] == TIE
    layer = chart.counts[-1]
    assert layer.sum() == replace(result, posterior=posterior).tied.sum()


def test_certainty_stands_in_the_step_that_holds_it() -> None:
    result = aggregate(judgements(("a", "b"), units=3), "majority")
    posterior = np.array([[0.52, 0.48], [0.95, 0.05], [1.0, 0.0]])
    chart = certainty(replace(result, posterior=posterior), DRAWING)
    assert chart is not None
    # 0.50 to 0.55 is the eleventh of twenty steps; 0.95 opens the last one.
    assert np.flatnonzero(chart.counts.sum(axis=0)).tolist() == [10, 19]
    assert chart.counts[:, 19].sum() == 2


def test_without_company_there_is_no_plot_and_no_error() -> None:
    alone = judgements(units=30).drop_duplicates("unit")
    work = read_work(alone)
    assert by_label(agreement_by_label(work.judged)) is None
    assert by_worker(agreement(work), list(map(str, work.judged.workers))) is None
    assert over_time([]) is None
    assert confusion_plot(against_others(work, None, DRAWING), "the others") is None

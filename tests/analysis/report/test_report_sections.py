"""Sections: what each table and plot makes of its content."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_sample import agreement, alignment, ratings, teaching, workers

from analysis.report.content import Missing, Ratings, ReportContent, WorkerRow
from analysis.report.ladder import ladders
from analysis.report.sections.agreement import agreement_view
from analysis.report.sections.alignment import alignment_view
from analysis.report.sections.methods import exclusions, interval_answers, methods_table
from analysis.report.sections.ratings import ratings_view
from analysis.report.sections.teaching import teaching_view
from analysis.report.sections.workers import workers_view
from analysis.report.tables import Table
from db.errors import DataError
from db.records import Estimate


def cells(table: Table | None, row: int) -> list[str]:
    """The text of a row's cells, drawings left out."""
    assert table is not None
    columns = zip(table.columns, table.rows[row].cells, strict=True)
    return [str(cell.body) for column, cell in columns if column.kind != "plot"]


def test_every_row_has_a_cell_for_every_column() -> None:
    tables = [workers_view(workers()).table, agreement_view(agreement()).table]
    tables.append(ratings_view(ratings(), "real").table)
    tables += [m.table for m in alignment_view(alignment(), "real").metrics]
    tables += [m.table for m in teaching_view(teaching()).metrics]
    for table in tables:
        assert table is not None
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}


def test_up_to_24_workers_are_a_table_and_more_are_distributions() -> None:
    many = tuple(WorkerRow(f"w{i}", 5, median_seconds=30.0 + i) for i in range(25))
    assert workers_view(replace(workers(), rows=many[:24])).table is not None
    view = workers_view(replace(workers(), rows=many))
    assert view.table is None
    assert [figure.caption for figure in view.figures] == ["Median time per assignment"]


def test_a_jackknife_stands_beside_the_bootstrap() -> None:
    table = agreement_view(agreement()).table
    assert table is not None
    assert table.rows[0].cells[3].lines == ("jackknife 0.310 to 0.514",)


def test_prevalence_is_read_beside_agreement_and_not_on_its_axis() -> None:
    view = agreement_view(agreement())
    assert view.table is not None and view.beside is not None
    assert all("Prevalence" not in row.name for row in view.table.rows)
    assert [row.name for row in view.beside.rows] == ["Prevalence: marked"]


def test_an_interval_that_is_undefined_says_why() -> None:
    estimates = (
        Estimate("alpha", 0.4, low=0.3, high=0.5, over="units"),
        Estimate("alpha", 0.4, over="workers", note="fewer than 10 workers"),
    )
    table = agreement_view(replace(agreement(), estimates=estimates)).table
    assert cells(table, 0) == ["0.400", "0.300 to 0.500", "—"]
    assert table is not None
    assert table.rows[0].notes == ("No interval over workers: fewer than 10 workers",)


def test_explainers_stand_between_people_and_floors_best_first() -> None:
    (token_f1, _) = ladders(alignment().estimates)
    assert [group.subject for group in token_f1.rows] == [
        "people", "oracle", "integrated_gradients", "gradient", "attention", "lime", "random",
        "constant",
    ]  # fmt: skip
    assert token_f1.backdrop.band is not None
    assert token_f1.backdrop.lines == (0.29, 0.27)


def test_an_undefined_normalised_score_is_a_dash_with_the_reason() -> None:
    unclear = Estimate("token_f1", None, subject="lime", note="the ceiling is not above the floor")
    content = replace(alignment(), normalised=(unclear,))
    table = alignment_view(content, "real").metrics[0].table
    lime = next(row for row in table.rows if row.name == "LIME")
    assert lime.cells[-1].body == "—"
    assert lime.notes == ("Not normalised: the ceiling is not above the floor",)


def test_rated_explainers_stand_highest_first_on_the_whole_scale() -> None:
    view = ratings_view(ratings(), "simulated")
    assert view.table is not None and view.table.axis is not None
    assert [(row.name, row.class_) for row in view.table.rows] == [
        ("People", "people"), ("Integrated gradients", "estimate"), ("LIME", "estimate"),
        ("Attention", "estimate"), ("Random marks", "floor"),
    ]  # fmt: skip
    assert cells(view.table, 1) == ["3.420", "3.370 to 3.470", "3.270 to 3.570", "3.250 to 3.590"]
    # 1 stands at 3% of the width, 5 at 97%, so each point is 23.5% further
    assert re.findall(r'x="([\d.]+)%"[^>]*>(\d)<', view.table.axis) == [
        ("3", "1"), ("26.5", "2"), ("50", "3"), ("73.5", "4"), ("97", "5"),
    ]  # fmt: skip
    assert view.table.rows[0].under[0] == "what simulated workers marked"


def test_ratings_say_what_was_asked_and_what_each_interval_answers() -> None:
    view = ratings_view(ratings(), "real")
    assert view.scale == "1 (not at all) to 5 (completely), higher is better"
    assert view.points[0] == "1\N{NO-BREAK SPACE}not at all convincing"
    assert [name for name, _ in view.answers] == [
        "Over units", "Over workers", "Over units and workers",
    ]  # fmt: skip
    assert ratings_view(Ratings((), "How convincing?", 5), "real").table is None


@pytest.mark.parametrize(
    ("value", "points", "labels", "message"),
    [
        (0.4, 5, (), "mean rating of lime is not on the scale from 1 to 5"),
        (5.2, 5, (), "mean rating of lime is not on the scale from 1 to 5"),
        (2.0, 5, ("no", "yes"), "5 points, but words for 2 of them"),
        (1.0, 1, (), "at least two points, not 1"),
    ],
)
def test_ratings_off_their_scale_are_refused(
    value: float, points: int, labels: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        Ratings((Estimate("mean rating", value, subject="lime"),), "Good?", points, labels)


def test_a_mean_that_was_not_given_is_that_of_its_seeds() -> None:
    view = teaching_view(replace(teaching(), means=()))
    scores = [s for s in teaching().scores if s.metric == "human_auroc"]
    vanilla = [s.value for s in scores if s.objective == "vanilla"]
    mean = sum(v for v in vanilla if v is not None) / len(vanilla)
    assert cells(view.metrics[0].table, 0)[0] == f"{mean:.3f}"


def test_intervals_over_seeds_say_that_instances_were_drawn_too() -> None:
    view = teaching_view(teaching())
    metric = view.metrics[0].table
    assert metric.rows[1].cells[2].lines[1] == "over seeds and instances"
    assert "95% interval over seeds and instances" in [words for _, words in metric.legend]
    assert view.controls is not None
    assert view.controls.rows[0].cells[1].lines[1] == "over seeds and instances"


def test_every_objective_but_the_baseline_has_lines_from_before_to_after() -> None:
    view = teaching_view(teaching()).metrics[0]
    assert [s.caption for s in view.slopes] == [
        "Attention supervision", "Saliency learning", "Shuffled",
    ]  # fmt: skip
    assert 'aria-label="Attention supervision against Vanilla: higher with 6 of 6 seeds"' in (
        view.slopes[0].drawing
    )
    assert [v.split(" on ")[0] for v in view.verdicts] == [
        "Attention supervision against vanilla", "Saliency learning against vanilla",
    ]  # fmt: skip


def test_methods_are_collected_from_the_numbers_themselves(sample: ReportContent) -> None:
    table = methods_table(sample)
    assert table is not None
    assert "Krippendorff's alpha over tokens" in [row.name for row in table.rows]
    assert [name for name, _ in interval_answers(sample)] == [
        "Over units", "Over workers", "Over units and workers", "Over seeds and instances",
    ]  # fmt: skip
    assert ("Ratings", "2 × answer could not be read") in exclusions(sample)
    assert ("Alignment", "4 × no token marked") in exclusions(sample)
    without = replace(sample, alignment=Missing("not scored"))
    assert all(section != "Alignment" for section, _ in exclusions(without))

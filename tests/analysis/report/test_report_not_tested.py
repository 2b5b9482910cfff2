"""Differences that are described and not tested stand in the tables, without a verdict."""

from __future__ import annotations

from analysis.report.findings.teaching import teaching_finding
from analysis.report.sections.teaching import teaching_view
from analysis.report.teaching import Difference, Objective, SeedScore, Teaching, TeachingMetric
from db.records import Estimate

METRICS = (
    TeachingMetric("auroc", "alignment"),
    TeachingMetric("ECE", "calibration", "lower"),
)


def difference(name: str, against: str, *, tested: bool) -> Difference:
    found = Estimate(name, -0.2, low=-0.3, high=-0.1, subject="taught", over="seeds")
    return Difference(found, against, 0.01 if tested else None, tested=tested)


def teaching() -> Teaching:
    arms = (
        Objective("vanilla", "baseline"),
        Objective("taught", "taught"),
        Objective("shuffled", "control"),
    )
    return Teaching(
        objectives=arms,
        metrics=METRICS,
        scores=tuple(
            SeedScore(o.name, m.name, s, 0.5) for o in arms for m in METRICS for s in (1, 2)
        ),
        differences=tuple(
            difference(name, against, tested=name == "auroc")
            for name in ("auroc", "ECE")
            for against in ("vanilla", "shuffled")
        ),
    )


def test_the_verdict_of_what_was_not_tested_says_so() -> None:
    view = teaching_view(teaching())
    (tested,), (described,) = view.metrics, view.further
    assert described.title == "Expected calibration error"
    # below 0 by its whole interval, and lower is better: still nothing was tested
    (row,) = (row for row in described.table.rows if row.name == "Taught")
    difference, said = row.cells[2:]
    assert difference.body == "−0.200" and "not tested" in str(said.body)
    assert described.verdicts == [], "the table says so; a sentence would repeat it"
    assert tested.verdicts[0].endswith("hurts.")


def test_against_controls_only_what_was_tested_is_listed() -> None:
    controls = teaching_view(teaching()).controls
    assert controls is not None and len(controls.rows) == 1


def test_the_summary_goes_by_what_was_tested() -> None:
    found = teaching_finding(teaching(), "real")
    assert found is not None and "alignment with people gets worse" in found.answer.lower()

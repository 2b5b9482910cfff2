"""Every metric of a teaching experiment stands in a table of the terminal, with its people."""

from __future__ import annotations

from analysis.trial_metrics import METRICS
from analysis.trials import TrialTable
from db.records import Estimate
from pipeline.cli.estimates_view import teaching_tables
from pipeline.cli.widths import broken

OBJECTIVES = ("a", "b")


def table(*names: str, people: float | None = None) -> TrialTable:
    means = [Estimate(n, 0.25, low=0.2, high=0.3, subject=s) for s in ("a", "b") for n in names]
    beside = [] if people is None else [Estimate("token_f1", people, subject="people")]
    return TrialTable([], means, [], [], [], beside)


def test_all_that_is_measured_is_shown_once() -> None:
    names = [m.name + ("_drop" if m.by_removal else "") for m in METRICS]
    shown = teaching_tables(table(*names, "accuracy, jp"), OBJECTIVES)
    headings = [(title, heading) for title, columns, _ in shown for heading in columns[1:]]
    assert len(headings) == len(set(headings)) == len(METRICS) + 1
    titles = [title for title, _, _ in shown]
    assert titles[0] == "The task" and titles[-1] == "Further"
    assert len(shown[-1][1]) == 2 and shown[-1][1][1] == "accuracy, jp"
    # one row an objective, wide enough for four columns at most
    assert all([row[0] for row in rows] == ["a", "b"] for _, _, rows in shown)
    assert max(len(columns) for _, columns, _ in shown) <= 4


def test_what_a_model_looks_at_is_called_what_it_is() -> None:
    found = table("auroc", "token_f1", people=0.5)
    (rows,) = teaching_tables(found, OBJECTIVES, "feature")
    assert rows[1] == ["objective", "AUROC", "feature F1"]


def test_a_table_without_metrics_is_not_there() -> None:
    (only,) = teaching_tables(table("macro F1", "task AUC"), OBJECTIVES)
    assert only[2] == [["a", "0.250 [.20, .30]", "0.250 [.20, .30]"]] + [
        ["b", "0.250 [.20, .30]", "0.250 [.20, .30]"]
    ]


def test_people_stand_below_where_they_were_scored() -> None:
    found = table("macro F1", "auroc", "token_f1", people=0.5)
    task, aligned = teaching_tables(found, OBJECTIVES)
    assert [row[0] for row in task[2]] == ["a", "b"]
    assert aligned[2][-1] == ["people", "—", "0.500"]


def test_a_long_name_breaks_after_an_underscore_and_loses_no_letter() -> None:
    assert broken("attention_supervision", 16) == "attention_\nsupervision"
    assert broken("attention_supervision", 21) == "attention_supervision"
    assert (
        broken("right_reasons, 0.5 of the rationales", 16)
        == "right_reasons,\n0.5 of the\nrationales"
    )
    # a piece that is too long by itself is left to the table
    assert broken("attention_supervision", 5).replace("\n", "") == "attention_supervision"
    assert broken("attention_supervision, shuffled", 16) == "attention_\nsupervision,\nshuffled"

"""What each alignment score is stands folded in the report: what is shared once, the rest by score."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from report_sample import contracts

from analysis.report.content import Alignment, ReportContent
from analysis.report.html import render
from analysis.report.sections.contracts import FIELDS, contracts_view

SUMMARY = "What each score is, exactly"


def test_what_all_scores_share_is_said_once_and_the_rest_by_score() -> None:
    view = contracts_view(contracts())
    assert view is not None and view.table is not None
    assert [name for name, _ in view.shared] == [
        "Unit", "Tokenisation", "Pooling of pieces", "Gold", "Undefined", "Average",
    ]  # fmt: skip
    assert [column.title for column in view.table.columns] == ["Cut at", "Ties"]
    names = {row.name: [cell.body for cell in row.cells] for row in view.table.rows}
    assert names["AUROC"] == ["raw scores, no cut", "equal scores count half, or share their rank"]
    assert len(names) == 2


def test_no_field_of_a_contract_is_lost() -> None:
    first, second = contracts()
    micro = replace(first, average="micro")
    view = contracts_view((micro, second))
    assert view is not None and view.table is not None
    columns = [column.title for column in view.table.columns]
    assert sorted([name for name, _ in view.shared] + columns) == sorted(FIELDS.values())
    assert "Average" in columns
    alone = contracts_view((first,))
    assert alone is not None and alone.table is None and len(alone.shared) == len(FIELDS)
    assert contracts_view(()) is None


def test_a_report_without_contracts_has_no_fold_for_them(sample: ReportContent) -> None:
    assert render(sample).count(SUMMARY) == 1
    assert isinstance(sample.alignment, Alignment)
    bare = replace(sample, alignment=replace(sample.alignment, contracts=()))
    assert SUMMARY not in render(bare)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_fold_opens_within_the_window(
    sample: ReportContent, open_report: Any, width: int, scheme: str
) -> None:
    page = open_report(render(sample), width, scheme)
    fold = page.locator("#alignment details", has_text=SUMMARY)
    words = fold.get_by_text("golds that mark nothing are left out")
    assert not words.first.is_visible()
    fold.locator("summary").click()
    assert words.first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

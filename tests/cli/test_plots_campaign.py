"""Plots of a campaign, as files and in its report; every stored method in the report."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli.shared import project as project_of
from pipeline.plots import plots_of_campaign
from tests.cli.support import done
from tests.cli.test_plots import names


def test_a_campaign_is_drawn_as_files_and_in_its_report(project: Path) -> None:
    done("plan", "highlight", "pilot", "--items", "24")
    for verb in ("publish", "simulate", "collect"):
        done(verb)

    with project_of(None, None) as opened:
        drawn = plots_of_campaign(opened, "pilot")
    assert [chart.name for chart in drawn.charts] == [
        "agreement-by-label", "agreement-by-worker", "agreement-over-time", "confusion",
    ]  # fmt: skip
    assert ["no plots of 'marks'" in words for words in drawn.left_out] == [True]
    done("aggregate", "pilot", "--plots", "p")
    assert names(Path("p")) == {"confusion"}

    for method in ("glad", "one_coin"):
        done("aggregate", "pilot", "--method", method)
    done("report", "pilot")
    html = Path("report.html").read_text("utf-8")
    for method in ("Majority", "Dawid–Skene", "GLAD", "One-coin"):
        assert f"{method}: consensus of" in html
    assert html.count('<details class="plots">') == 2
    for title in ("Agreement by label", "Agreement over time", "How sure the consensus is",
                  "What is taken for what"):  # fmt: skip
        assert f"<h4>{title}</h4>" in html
    assert "Agreement with the others" in html

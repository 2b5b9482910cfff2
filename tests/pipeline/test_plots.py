"""Which plots a table allows and why not the others; names of files; nothing is drawn here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.aggregation.aggregate import aggregate
from pipeline.config import AnalysisSettings
from pipeline.plots import Plots, captions, joined, plots_of_file, write_plots
from pipeline.plots_of_consensus import consensus_plots_of_file
from tests.analysis.workers.support import crowd

FEW = AnalysisSettings(bootstrap=20)
COLUMNS = {"unit": "unit", "value": "value", "worker": "worker"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Forty units with three answers each."""
    rows = crowd(np.random.default_rng(0), units=40, workers=8, per_unit=3)
    rows.to_csv(tmp_path / "answers.csv", index=False)
    return tmp_path / "answers.csv"


def drawn(plots: Plots) -> list[str]:
    return [chart.name for chart in plots.charts]


def test_what_a_file_does_not_tell_is_left_out_and_the_reason_said(path: Path) -> None:
    found = plots_of_file(path, "nominal", COLUMNS | {"worker": None}, FEW)
    assert drawn(found) == ["agreement-by-label", "confusion"]
    by_worker, over_time, gold = found.left_out
    assert by_worker == "agreement by worker was not drawn: nothing says who judged"
    assert "nothing says in which order" in over_time
    assert "no answers are known" in gold
    assert all(words in captions(found) for words in found.left_out)


def test_ordered_answers_have_workers_and_time_but_no_labels(path: Path) -> None:
    found = plots_of_file(path, "ordinal", COLUMNS | {"order": "worker"}, FEW)
    assert drawn(found) == ["agreement-by-worker", "agreement-over-time"]
    assert [words.split(" was")[0] for words in found.left_out] == [
        "agreement by label",
        "confusion",
    ]


def test_several_methods_have_plots_with_their_names(path: Path) -> None:
    table = crowd(np.random.default_rng(0), units=40, workers=8, per_unit=3)
    results = [aggregate(table, method) for method in ("majority", "dawid_skene")]
    found = consensus_plots_of_file(path, results, COLUMNS | {"gold": "gold"}, FEW)
    assert drawn(found) == [
        "confusion-majority",
        "certainty-dawid-skene",
        "entropy-dawid-skene",
        "confusion-dawid-skene",
        "confusion-gold",
    ]
    assert ["majority" in words for words in found.left_out] == [True]


def test_names_never_meet_and_nothing_to_draw_makes_no_folder(path: Path, tmp_path: Path) -> None:
    one = plots_of_file(path, "nominal", COLUMNS | {"worker": None}, FEW)
    both = joined([one, one])
    assert drawn(both)[2:] == ["agreement-by-label-2", "confusion-2"]
    assert both.left_out == one.left_out
    assert write_plots(tmp_path / "p", Plots((), ("nothing",))).files == ()
    assert not (tmp_path / "p").exists()

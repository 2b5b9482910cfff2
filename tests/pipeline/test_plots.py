"""Which plots a table allows and why not the others; names of files; nothing is drawn here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.aggregation.aggregate import aggregate
from analysis.judgements import Duplicates
from analysis.report.plots.charts import Matrix
from db.errors import DataError
from pipeline.config import AnalysisSettings
from pipeline.plots import Plots, captions, joined, plots_of_file, write_plots
from pipeline.plots_of_consensus import consensus_plots_of_file
from pipeline.tables import judgements_of
from tests.analysis.workers.support import crowd

FEW = AnalysisSettings(bootstrap=20)
DUPLICATES: tuple[Duplicates, ...] = ("first", "last")
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


def confusions(plots: Plots, name: str) -> dict[tuple[str, str], float]:
    """What a confusion plot counts: (held to, said) → judgements, where there are any."""
    chart = next(chart for chart in plots.charts if chart.name == name)
    assert isinstance(chart, Matrix)
    places = [(i, j) for i in range(len(chart.labels)) for j in range(len(chart.labels))]
    found = {(chart.labels[i], chart.labels[j]): float(chart.counts[i, j]) for i, j in places}
    return {pair: n for pair, n in found.items() if n}


def test_the_judgement_that_was_kept_is_the_one_that_is_drawn(tmp_path: Path) -> None:
    rows = "unit,worker,value\na,w1,x\na,w2,y\na,w1,y\nb,w1,x\nb,w2,x\n"
    path = tmp_path / "twice.csv"
    path.write_text(rows, encoding="utf-8")
    # w1 says x of a first (a tie with w2: no consensus to hold against), and then y, as w2 does.
    wanted = {"first": {("x", "x"): 2.0}, "last": {("x", "x"): 2.0, ("y", "y"): 2.0}}
    for keep in DUPLICATES:
        result = aggregate(pd.read_csv(path), "majority", duplicates=keep)
        drawn_of = consensus_plots_of_file(path, [result], COLUMNS, FEW, duplicates=keep)
        assert confusions(drawn_of, "confusion") == wanted[keep]
    with pytest.raises(DataError, match="more than once"):
        consensus_plots_of_file(path, [result], COLUMNS, FEW)


def test_answers_as_text_meet_gold_as_numbers(tmp_path: Path) -> None:
    # One word makes the answers text ("1"), one empty cell makes the gold numbers with a point.
    rows = "unit,worker,value,gold\na,w1,1,1\na,w2,1,1\nb,w1,2,2\nb,w2,1,2\nc,w1,unsure,\n"
    path = tmp_path / "gold.csv"
    path.write_text(rows, encoding="utf-8")
    columns = COLUMNS | {"gold": "gold"}
    table = judgements_of(path, unit="unit", value="value", worker="worker", gold="gold")
    result = aggregate(table, "majority")
    for plots in (
        plots_of_file(path, "nominal", columns, FEW),
        consensus_plots_of_file(path, [result], columns, FEW),
    ):
        found = confusions(plots, "confusion-gold")
        assert found == {("1", "1"): 2.0, ("2", "2"): 1.0, ("2", "1"): 1.0}

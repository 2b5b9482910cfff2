"""aggregate by other methods than a vote: all side by side, numbers, comparisons, workers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.aggregation import AGGREGATORS
from tests.analysis.aggregation.crowds import coins
from tests.cli.support import done, konkyo

NAMES = list(AGGREGATORS)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a table of labels and gold."""
    monkeypatch.chdir(tmp_path)
    table, truth, _ = coins(0, units=60, labels=2)
    table.assign(gold=table["unit"].map(truth)).to_csv("t.csv", index=False)
    return tmp_path


def test_all_methods_stand_side_by_side(here: Path) -> None:
    words = ("aggregate", "t.csv", "--worker", "worker", "--method", "all", "--bootstrap", "50")
    said = done(*words, "--gold", "gold", "--out", "o.csv", "--workers-out", "w.csv", "--json")
    document = said.json
    assert document["method"] == "all"
    scored = {(e["subject"], e["name"]) for e in document["estimates"]}
    assert scored == {(m, s) for m in NAMES for s in ("accuracy", "log_score", "brier_score")}
    assert {d["method"] for d in document["differences"]} == set(NAMES) - {"majority"}
    assert all(d["p_holm"] >= d["p"] for d in document["differences"])
    assert document["as_majority"]["majority"] == 1.0
    written = pd.read_csv("o.csv").set_index("unit")
    assert len(written) == 60
    for name in NAMES:
        total = written[f"p:{name}:0"] + written[f"p:{name}:1"]
        assert total.to_numpy() == pytest.approx(1.0)
        assert name in written and f"entropy:{name}" in written
    workers = pd.read_csv("w.csv")
    assert workers.groupby("method")["judgements"].sum().to_dict() == dict.fromkeys(NAMES, 300)
    shown = done(*words, "--gold", "gold").out
    assert "Less what majority scores" in shown and "p (Holm)" in shown


def test_without_gold_nothing_is_scored(here: Path) -> None:
    document = done("aggregate", "t.csv", "--worker", "worker", "--method", "all", "--json").json
    assert (document["estimates"], document["differences"]) == ([], [])


def test_the_seed_of_mace_is_heard(here: Path) -> None:
    words = ("aggregate", "t.csv", "--worker", "worker", "--method", "mace", "--out", "o.csv")
    done(*words, "--seed", "3")
    first = pd.read_csv("o.csv")
    done(*words, "--seed", "3")
    pd.testing.assert_frame_equal(first, pd.read_csv("o.csv"))


def test_means_of_numbers(here: Path) -> None:
    rows = "unit,worker,value\na,x,1\na,y,2\nb,x,4\nb,y,5\n"
    (here / "n.csv").write_text(rows)
    words = ("aggregate", "n.csv", "--worker", "worker", "--method")
    done(*words, "interval_mean", "--out", "o.csv", "--workers-out", "w.csv")
    written = pd.read_csv("o.csv").set_index("unit")
    # Shrunk towards the mean of 3, from plain means of 1.5 and 4.5.
    assert 1.5 < written.loc["a", "mean"] < 3 < written.loc["b", "mean"] < 4.5
    workers = pd.read_csv("w.csv").set_index("worker")
    assert workers.loc["x", "bias"] < 0 < workers.loc["y", "bias"]
    document = done(*words, "ordinal_mean", "--json").json
    assert document["units"] == 2 and "ridits" in document["scale"]


def test_strengths_of_what_was_compared(here: Path) -> None:
    rows = [f"u{n},w{n % 12},a,b,{'b' if n % 4 == 0 else 'a'}" for n in range(40)]
    rows += [f"u{n},w{n % 12},b,a,none" for n in range(40, 44)]
    (here / "c.csv").write_text("unit,who,one,two,best\n" + "\n".join(rows) + "\n")
    words = ("aggregate", "c.csv", "--worker", "who", "--method", "bradley_terry",
             "--first", "one", "--second", "two", "--value", "best", "--tie", "none")  # fmt: skip
    document = done(*words, "--out", "o.csv", "--json").json
    assert [thing["thing"] for thing in document["things"]] == ["a", "b"]
    assert {e["over"] for e in document["estimates"]} == {"units", "workers", "both"}
    assert pd.read_csv("o.csv")["ties"].tolist() == [4, 4]
    assert "Strengths by bradley_terry" in done(*words).out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--method", "bradley_terry"], 2, "needs --first and --second"),
        (["--first", "unit"], 2, "leave out --first and --second"),
        (["--method", "interval_mean", "--gold", "gold"], 2, "leave out --gold"),
        (["--method", "crowdkit:Foo"], 2, "no crowd-kit method called 'Foo'"),
        (["--workers-out", "w.txt"], 2, "a table's name ends in"),
        (["--method", "bradley_terry", "--first", "unit", "--second", "zz"], 1, "column 'zz'"),
    ],
)
def test_options_that_do_not_fit(here: Path, options: list[str], code: int, message: str) -> None:
    said = konkyo("aggregate", "t.csv", *options)
    assert (said.code, said.out) == (code, "")
    assert message in said.err


def test_every_consensus_of_a_campaign_is_stored(
    studied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(studied)
    one = done("aggregate", "pilot", "--method", "mace", "--json").json
    assert one["stored"] == one["units"] > 0
    document = done("aggregate", "pilot", "--method", "all", "--json").json
    assert document["stored"] == len(NAMES) * one["units"]
    for words, message in (
        (("--method", "bradley_terry"), "compared no two things"),
        (("--method", "interval_mean"), "asked no question that is answered on a scale"),
    ):
        said = konkyo("aggregate", "pilot", *words)
        assert said.code != 0 and message in said.err

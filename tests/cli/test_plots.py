"""`--plots DIR`: files that are whole, reasons for what is not drawn, and no platform's ids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.analysis.workers.support import crowd
from tests.cli.support import done, konkyo


@pytest.fixture
def table(here: Path) -> Path:
    """A file with ids as platforms give them, known answers and an order."""
    rows = crowd(np.random.default_rng(0), units=40, workers=8, per_unit=3)
    rows["worker"] = "A1PLATFORM" + rows["worker"]
    rows["when"] = np.arange(len(rows))
    path = here / "answers.csv"
    rows.to_csv(path, index=False)
    return path


def names(folder: Path) -> set[str]:
    """The plots in a folder, each of which has all its four files."""
    files = {path.name for path in folder.iterdir()} - {"captions.txt"}
    found = {name.removesuffix(".svg") for name in files if name.endswith(".svg")}
    found -= {name for name in found if name.endswith("-wide")}
    ends = (".svg", ".pdf", "-wide.svg", "-wide.pdf")
    assert files == {name + end for name in found for end in ends}
    return found


def test_workers_draw_everything_and_show_numbers_for_ids(table: Path) -> None:
    said = done("workers", table, "--gold", "gold", "--order", "when", "--plots", "p", "--json")
    assert said.json["command"] == "workers"
    assert names(Path("p")) == {
        "agreement-by-label", "agreement-by-worker", "agreement-over-time", "confusion",
        "confusion-one-worker", "confusion-gold",
    }  # fmt: skip
    assert "confusion-gold.pdf" in said.err and "not drawn" not in said.err
    assert all(b"PLATFORM" not in path.read_bytes() for path in Path("p").iterdir())
    assert "worker " in Path("p/captions.txt").read_text(encoding="utf-8")


def test_a_vote_has_no_probabilities_and_means_have_no_labels(table: Path) -> None:
    said = done("aggregate", table, "--bootstrap", "20", "--plots", "p")
    assert names(Path("p")) == {"confusion"}
    assert "certainty of majority was not drawn" in said.err
    said = done("aggregate", table, "--method", "interval_mean", "--plots", "q")
    assert "no plots of this method" in said.err
    assert not Path("q").exists()


def test_sets_have_no_labels_to_draw(table: Path) -> None:
    said = done("agreement", table, "--level", "set", "--plots", "q", "--bootstrap", "20")
    assert "no plots: answers that are sets" in said.err


def test_a_file_in_the_place_of_the_folder_is_refused_first(table: Path) -> None:
    Path("p").write_text("mine", encoding="utf-8")
    for command in ("workers", "agreement", "aggregate"):
        said = konkyo(command, table, "--plots", "p")
        assert said.code == 1 and "p is a file; name a folder" in said.err and said.out == ""
    assert Path("p").read_text(encoding="utf-8") == "mine"


def test_a_folder_inside_a_file_is_refused_too(table: Path) -> None:
    said = konkyo("agreement", table, "--plots", f"{table}/p", "--bootstrap", "20")
    assert said.code == 1 and "answers.csv is a file" in said.err and said.out == ""

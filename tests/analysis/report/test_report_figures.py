"""Figures for print: every format, the same bytes each time, odd names and no numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_sample import agreement

from analysis.report.figures import save_figure
from db.errors import UsageError
from db.records import Estimate


@pytest.mark.parametrize(
    ("suffix", "magic"), [("pdf", b"%PDF"), ("png", b"\x89PNG"), ("svg", b"<?xml")]
)
def test_a_figure_is_written_the_same_each_time(tmp_path: Path, suffix: str, magic: bytes) -> None:
    first, second = (tmp_path / f"{name}.{suffix}" for name in "ab")
    for path in (first, second):
        save_figure(agreement().estimates, path)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(magic)


def test_names_are_text_and_not_formulas(tmp_path: Path) -> None:
    path = tmp_path / "odd.svg"
    save_figure([Estimate("alpha", 0.4, subject=r"$\frac$ <b>")], path)
    assert r"$\frac$ &lt;b&gt;" in path.read_text(encoding="utf-8")


@pytest.mark.filterwarnings("error")
def test_no_estimates_make_an_empty_figure(tmp_path: Path) -> None:
    save_figure([], tmp_path / "empty.png")
    save_figure([Estimate("alpha", None, note="no pairs")], tmp_path / "undefined.png")
    assert (tmp_path / "empty.png").stat().st_size > 0


def test_another_format_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"figure\.gif: a figure is written as \.pdf, \.png"):
        save_figure([], tmp_path / "figure.gif")

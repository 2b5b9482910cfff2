"""Plots for paper: widths of columns, fonts inside, told apart in grey, the same bytes each time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from plot_sample import charts, judgements

from analysis.report.plots.paper import WIDTHS, Columns, on_paper
from analysis.report.plots.paper_marks import HATCHES
from db.errors import UsageError

CHARTS = charts(judgements())
MANY = charts(judgements([f"a rather long label, number {n}" for n in range(11)], 90, 45))


@pytest.mark.parametrize("name", CHARTS)
def test_a_pdf_is_as_wide_as_its_columns_and_carries_its_fonts(name: str) -> None:
    columns: Columns = 2 if name == "confusion" else 1
    content = on_paper(CHARTS[name], "pdf", columns).content
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", content)
    assert box is not None
    assert float(box[1]) == pytest.approx(72 * WIDTHS[columns], abs=0.1)
    assert b"/FontFile2" in content and b"/Type3" not in content


@pytest.mark.parametrize("name", CHARTS)
def test_an_svg_needs_no_font_and_the_same_chart_gives_the_same_bytes(name: str) -> None:
    first, second = (on_paper(CHARTS[name], "svg").content for _ in range(2))
    assert first == second
    root = ElementTree.fromstring(first)
    assert [e for e in root.iter() if e.tag.endswith("}text")] == []
    assert float(root.get("width", "").removesuffix("pt")) == pytest.approx(72 * WIDTHS[1], abs=0.1)
    assert CHARTS[name].caption.split(".")[0] in " ".join("".join(root.itertext()).split())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", MANY)
def test_many_long_labels_still_make_a_page(name: str) -> None:
    assert on_paper(MANY[name], "svg").missing == ""


def test_layers_keep_apart_in_grey() -> None:
    assert len({hatch for _, hatch in HATCHES}) == len(HATCHES)
    svg = on_paper(CHARTS["certainty"], "svg").content.decode()
    assert "<pattern" in svg


def test_labels_are_no_formulas_and_letters_that_no_font_has_are_named() -> None:
    # U+E000 stands for nothing: it is for private use.
    odd = charts(judgements(("a\ue000", r"$\frac$", "<b>&")))["agreement-by-label"]
    assert on_paper(odd, "svg").missing == "\ue000"


def test_other_formats_and_widths_are_refused() -> None:
    chart = CHARTS["confusion"]
    with pytest.raises(UsageError, match="svg or pdf, not 'gif'"):
        on_paper(chart, "gif")
    with pytest.raises(UsageError, match="1 or 2 columns, not 3"):
        on_paper(chart, "svg", 3)  # type: ignore[arg-type]

"""The report in a real browser: it fits a telephone, fetches nothing, shows text as characters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from report_sample import contrasts, ratings, study, text_instance

from analysis.report.content import Contrast, ReportContent, WorkerRow
from analysis.report.html import render

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>document.title='owned'</script> <img src=//evil.example/x onerror=alert(1)> "
    "\"'&amp;{{7*7}} ]]> --> \u202eabc שלום " + "unbroken" * 40
)


def hostile(sample: ReportContent) -> ReportContent:
    """The sample with hostile text wherever a person may have typed it."""
    instance = text_instance(HOSTILE, label=HOSTILE)
    scores = np.linspace(-1, 1, instance.n_tokens).astype(np.float32)
    pair = Contrast(instance, HOSTILE, scores, np.abs(scores), 5, HOSTILE, 0.5, 0.1, HOSTILE)
    workers = replace(sample.workers, rows=(WorkerRow(HOSTILE, 3, excluded=HOSTILE),))  # type: ignore[type-var]
    return replace(
        sample,
        title=HOSTILE,
        study=replace(study(), asked=HOSTILE, campaign=HOSTILE),
        workers=workers,
        ratings=replace(ratings(), question=HOSTILE, labels=(HOSTILE,) * 5, notes=(HOSTILE,)),
        contrasts=replace(contrasts(), pairs=(pair,), measure=HOSTILE, notes=(HOSTILE,)),
    )


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (820, "light"), (390, "light"), (390, "dark")]
)
def test_nothing_is_wider_than_the_window(
    sample: ReportContent, open_report: Any, width: int, scheme: str
) -> None:
    page = open_report(render(sample), width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = page.evaluate(
        """width => [...document.querySelectorAll('main *:not(.unseen)')]
             .filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML)"""
    , width)  # fmt: skip
    assert beyond == []


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_text_is_shown_as_characters(
    sample: ReportContent, open_report: Any, width: int
) -> None:
    page = open_report(render(hostile(sample)), width)
    assert page.title() == " ".join(HOSTILE.split())
    assert page.locator("h1").text_content() == HOSTILE
    passage = page.locator(".passage").first
    assert passage.text_content() == HOSTILE
    assert page.locator("script, img, iframe").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_token_tells_its_score_and_keeps_its_mark_without_colour(
    sample: ReportContent, open_report: Any
) -> None:
    page = open_report(render(sample))
    strong = page.locator(".passage mark.m5").first
    assert float(strong.get_attribute("title").replace("−", "-")) > 0
    weights = [
        page.locator(f".scale mark.m{level}").evaluate(
            "e => parseFloat(getComputedStyle(e).textDecorationThickness)"
        )
        for level in range(1, 6)
    ]
    assert weights == sorted(set(weights))
    against = page.locator(".scale mark.n2")
    assert against.evaluate("e => getComputedStyle(e).textDecorationStyle") == "dotted"


LUMINANCE = """
e => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const layers = [];
  for (let at = e; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    layers.unshift(colour.length === 4 ? colour : [...colour, 1]);
  }
  const ground = layers.reduce((below, [r, g, b, a]) =>
    [r, g, b].map((v, i) => v * a + below[i] * (1 - a)), [255, 255, 255]);
  const style = getComputedStyle(e);
  const ink = e.namespaceURI.endsWith('svg') ? style.fill : style.color;
  const [one, two] = [light(parse(ink)), light(ground)].sort((a, b) => b - a);
  return (one + .05) / (two + .05);
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(
    sample: ReportContent, open_report: Any, scheme: str
) -> None:
    page = open_report(render(sample), scheme=scheme)
    kinds = ["mark.m5", "mark.n4", "small", ".detail", ".axis text", ".helps", ".hurts", "nav a",
             ".banner p", "h4", "tr.people th", ".not-shown", ".count", "code"]  # fmt: skip
    contrast = {kind: page.locator(kind).first.evaluate(LUMINANCE) for kind in kinds}
    assert {kind: value for kind, value in contrast.items() if value < 4.5} == {}


def test_tables_keep_their_meaning_on_a_telephone(sample: ReportContent, open_report: Any) -> None:
    page = open_report(render(sample), 390)
    table = page.get_by_role("table", name="Token F1 of each explainer")
    assert table.get_by_role("rowheader", name="Integrated gradients").count() == 1
    assert table.get_by_role("columnheader", name="Over workers").count() == 1
    assert table.get_by_role("img", name="0.471; 95% interval 0.459 to 0.483").count() == 1

"""Where model and people differ, on rows and on pictures."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from report_sample import contrasts, whole_report

from analysis.report.content import Contrast, Contrasts
from analysis.report.html import render
from analysis.report.sections.contrasts import contrast_views
from db.errors import DataError
from db.records import NO_TOKENS, Instance

ROW = Instance(
    "r", "row", "", NO_TOKENS, features={f"f{n}": float(n) for n in range(19)} | {"<b>": "a & b"}
)


def of_row(model: list[float], people: list[float]) -> Contrast:
    made = (np.array(scores, np.float32) for scores in (model, people))
    return Contrast(ROW, "gradient", *made, 3, "benign", 0.9, 0.5)


def of_picture(model: list[float], people: list[float]) -> Contrast:
    out = BytesIO()
    Image.new("RGB", (60, 30), (1, 2, 3)).save(out, "PNG")
    picture = Instance(
        "p", "image", "", NO_TOKENS, image=out.getvalue(), media_type="image/png", size=(60, 30)
    )
    made = (np.array(scores, np.float32) for scores in (model, people))
    return Contrast(picture, "rise", *made, 3, "seven", 0.9, 0.5, shape=(2, 3))


def page(*pairs: Contrast) -> str:
    """The whole report with these instances; its section on them."""
    html = render(replace(whole_report(), contrasts=replace(contrasts(), pairs=pairs)))
    return html[html.index("These are the extremes") :]


def test_a_row_is_a_table_of_the_features_that_either_side_counts() -> None:
    model, people = [0.0] * 20, [0.0] * 20
    model[4], model[19], people[7] = -2.0, 1.0, 2 / 3
    html = page(of_row(model, people))
    assert '<mark class="n5">−2.000</mark>' in html
    assert '<mark class="m3">67%</mark>' in html
    assert "&lt;b&gt;" in html and "a &amp; b" in html and "<b></bdi>" not in html
    assert html.count('<th scope="row">') == 12  # of 20
    for name in ("f4", "f7"):
        assert f'<th scope="row"><bdi>{name}</bdi></th>' in html
    assert "the strongest feature of the row" in html
    assert "token" not in re.sub(r"(?s)<h2.*", "", html[: html.index("</article>")])


def test_words_of_a_row_are_its_features() -> None:
    model, people = [0.0] * 20, [0.0] * 20
    model[1] = model[2] = 1.0
    people[2] = people[3] = 1.0
    (view,) = contrast_views(Contrasts((of_row(model, people),), "m"), "simulated")
    assert [(w.label, w.tokens) for w in view.words] == [
        ("Both", ["f2"]),
        ("Only people", ["f3"]),
        ("Only the model", ["f1"]),
    ]


def test_a_picture_is_shown_with_its_cells_where_they_lie() -> None:
    """2 x 3 cells over a drawing of 320 x 160: each 106.7 wide and 80 high."""
    pair = of_picture([0, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, 0])
    html = page(pair)
    drawn = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', html)
    assert drawn == [("n5", "213.3", "80.0", "106.7"), ("m5", "106.7", "0.0", "106.7")]
    held = re.search(r'<image href="data:image/png;base64,([^"]+)"', html)
    assert held and base64.b64decode(held[1]) == pair.instance.image
    assert 'viewBox="0 0 320.0 160.0"' in html
    assert "lists of words" not in html


def test_scores_must_fit_the_cells_or_features() -> None:
    with pytest.raises(DataError, match="has 6 cells"):
        of_picture([0.0] * 5, [0.0] * 6)
    with pytest.raises(DataError, match="has 20 features"):
        of_row([0.0] * 20, [0.0] * 19)

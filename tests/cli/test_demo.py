"""`konkyo demo` on pictures and rows: the whole loop, in small, and what it leaves.

The demo on texts is run by the test of the wheel.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pipeline import class_images, demo
from pipeline.demos import DEMOS, image, tabular
from pipeline.inverse.infer import InverseSettings
from tests.cli.support import done, konkyo

QUICK = """
[analysis]
bootstrap = 20
"""
ONE_MIXTURE = """
[explain.options.mutual_information]
components = 1
restarts = 1
"""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few instances and epochs: what the models learn is not looked at here."""
    rows = tabular.Tabular.settings.replace("epochs = 60", "epochs = 9") + QUICK + ONE_MIXTURE
    rows = rows.replace('"integrated_gradients", "gradient", "lime", ', '"gradient", ')
    pictures = image.Image.settings.replace("epochs = 12", "epochs = 8")
    pictures = pictures.replace("seeds = 8", "seeds = 2").replace('["random"]', "[]") + QUICK
    pictures = pictures.replace('"integrated_gradients", "occlusion", "rise", ', "")
    assert "epochs = 9\n" in rows and "epochs = 8\n" in pictures and "seeds = 2\n" in pictures
    monkeypatch.setattr(tabular.Tabular, "settings", rows)
    monkeypatch.setattr(image.Image, "settings", pictures)
    monkeypatch.setattr(tabular.Tabular, "judged", ("mutual_information",))
    monkeypatch.setattr(image.Image, "judged", ("grad_cam",))
    monkeypatch.setattr(class_images, "InverseSettings", partial(InverseSettings, steps=2))
    for kind in (tabular.Tabular, image.Image):
        monkeypatch.setattr(kind, "rated", 1)
        monkeypatch.setattr(kind, "share", 0.5)
        few = tuple(replace(one, items=one.items and 6) for one in kind.further)
        monkeypatch.setattr(kind, "further", few)
    monkeypatch.setattr(tabular, "ROWS", 30)
    monkeypatch.setattr(image, "EACH", 6)
    monkeypatch.setattr(demo, "WORKERS", 4)


def test_rows_run_through_the_whole_loop_and_say_why_nothing_is_taught(tmp_path: Path) -> None:
    out = tmp_path / "first"
    said = done("demo", "--kind", "tabular", "--seed", "3", "--out", out)
    assert "imported 30 rows with the 6 features that a rule marks in each" in said.err
    assert "an mlp has no attention for people's marks to supervise" in said.err
    assert "verify: share fitting input: inference_arguments" in said.err
    for explainer in ("gradient", "occlusion", "mutual", "learned", "arguments"):
        assert explainer in said.out
    assert "was decided by a rule, not by people" in said.out.replace("\n", " ")
    assert (out / "konkyo.db").is_file()

    report = (out / "report.html").read_text(encoding="utf-8")
    assert "These workers are simulated" in report
    assert "A rule, not people: the 6 features" in report  # the source of what is known
    assert '<table class="features">' in report
    assert "has no attention" in report  # where the section on teaching would stand


def test_pictures_run_through_the_whole_loop_twice_in_one_folder(tmp_path: Path) -> None:
    out = tmp_path / "first"
    first = done("demo", "--kind", "image", "--out", out)
    assert "imported 60 pictures of digits" in first.err
    assert "trained residual_cnn" in first.err
    assert "asked the model what it expects of each class: 10 pictures" in first.err
    assert "verify: share fitting input" in first.err and "name: accuracy" in first.err
    assert "attention_supervision" in first.out  # attention over patches is taught
    assert len(list((out / "digits").rglob("*.png"))) == 60
    report = (out / "report.html").read_text(encoding="utf-8")
    assert report.count('<svg class="picture"') == 2 * 8  # model and people, of eight pictures
    assert "data:image/png;base64," in report
    assert "http://" not in report.replace("http://127.0.0.1", "").replace("http://www.w3.org", "")

    (out / "digits" / "3" / "stray.png").write_bytes(b"left behind by an earlier demo")
    again = done("demo", "--kind", "image", "--out", out)
    assert "imported 60 pictures of digits" in again.err
    assert _without_ids(first.out) == _without_ids(again.out)


def test_a_kind_that_is_none_is_told_the_three_that_are(tmp_path: Path) -> None:
    said = konkyo("demo", "--kind", "audio", "--out", tmp_path / "first")
    assert said.code == 2
    assert "no kind of demo called 'audio'" in said.err
    assert all(name in said.err for name in ("text", "image", "tabular"))
    assert set(DEMOS) == {"text", "image", "tabular"}
    assert not (tmp_path / "first").exists()


def _without_ids(text: str) -> str:
    """What a seed decides of the printed results: all but the intervals over workers."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("report:"))

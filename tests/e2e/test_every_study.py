"""Every study type from `plan` to `agreement` on a running endpoint, with simulated workers.

What each needs beside the instances is drawn from one tiny model's rationales, or from attributes
of the instances.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.store import campaigns
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from hits.studies import STUDIES
from pipeline.project import open_project
from tests.cli.support import done, konkyo, write_settings
from tests.e2e.truth import share_right
from tests.support.data import reviews

OPTIONS = """
[study.options.guess]
k = [2, 4]
[study.options.verify]
k = 3
[study.options.intrude]
k = 2
[study.options.name]
k = 2
[study.options.output]
outputs = ["first_output", "second_output"]
form = "compare"
[study.options.simulate]
before = 2
learn = 2
after = 2
"""
OWN = """
name = "fluency"
title = "How fluent is this?"
instructions = "Read it. **Judge the language alone.**"
fields = ["text", "first_output"]

[[questions]]
name = "fluent"
text = "How fluent is it?"
level = "ordinal"
values = ["not at all", "somewhat", "completely"]

[[questions]]
name = "label"
text = "Is it good or bad?"
values = ["positive", "negative"]
"""
OWN_HTML = """
<p>${text}</p><p lang="en" title="${first_output}">Summary: ${first_output}</p>
<fieldset><legend>How fluent is it?</legend>
<label><input type="radio" name="fluent" value="1"> not at all</label>
<label><input type="radio" name="fluent" value="2"> somewhat</label>
<label><input type="radio" name="fluent" value="3"> completely</label>
</fieldset>
<label>Is it good or bad? <select name="label"><option value="">choose</option>
<option value="positive">positive</option><option value="negative">negative</option></select></label>
"""
QUESTIONS = {
    "highlight": ["label", "marks"],
    "rate": ["convincing", "confidence"],
    "compare": ["better"],
    "guess": ["guess"],
    "simulate": ["prediction"],
    "verify": ["fits"],
    "intrude": ["intruder"],
    "choose": ["prediction", "confidence"],
    "name": ["name"],
    "output": ["better"],
    "own": ["fluent", "label"],
}


RIGHT = {
    # question whose true answer simulated workers know → the least share that is right
    "highlight": ("label", 0.8),
    "guess": ("guess", 0.6),
    "simulate": ("prediction", 0.75),
    "verify": ("fits", 0.75),
    "intrude": ("intruder", 0.75),
    "choose": ("prediction", 0.75),
    "name": ("name", 0.65),
    "own": ("label", 0.4),
}


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with sixty reviews, a model, and rationales of every class."""
    folder = tmp_path_factory.mktemp("every")
    with (
        running(ServeSettings(port=0, data=str(folder / "market.db"))) as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.chdir(folder)
        for name in ("KONKYO_CONFIG", "KONKYO_DB"):
            patch.delenv(name, raising=False)
        write_settings(folder, url, OPTIONS)
        path = folder / "konkyo.toml"
        path.write_text(
            path.read_text(encoding="utf-8").replace(
                "epochs = 3", "epochs = 30\nlearning_rate = 0.02"
            )
        )
        made, evidence = reviews(60, 0)
        lines = [
            {
                "text": one.text,
                "label": one.label,
                "split": one.split,
                "attributes": {"first_output": one.text[:9], "second_output": one.text[-9:]},
                "rationale_tokens": list(evidence[one.id]),
            }
            for one in made
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / "reviews.jsonl").write_text(text, encoding="utf-8")
        (folder / "fluency").mkdir()
        (folder / "fluency" / "study.toml").write_text(OWN, encoding="utf-8")
        (folder / "fluency" / "template.html").write_text(OWN_HTML, encoding="utf-8")
        done("init")
        done("import", "jsonl", "reviews.jsonl")
        done("train")
        done("explain", "--targets", "each")
        yield folder


@pytest.mark.parametrize("study", list(STUDIES))
def test_a_study_goes_from_plan_to_agreement(study: str, studied: Path) -> None:
    named = "fluency" if study == "own" else study
    planned = done("plan", named, study, "--items", "24", "--json").json
    assert planned["hits"] > 0
    assert done("publish", study, "--json").json["made"] == planned["hits"]
    assert done("simulate", study, "--json").json["assignments"] == planned["assignments"]
    collected = done("collect", study, "--json").json
    assert (collected["new"], collected["unreadable"]) == (planned["assignments"], {})
    if study in RIGHT:
        question, least = RIGHT[study]
        assert share_right(studied, study, question) >= least
    found = done("agreement", study, "--json").json
    about = json.dumps(found["estimates"])
    for question in QUESTIONS[study]:
        assert question in about, found["estimates"]


def test_sides_and_colours_are_balanced_and_conditions_mixed_on_every_page(studied: Path) -> None:
    done("plan", "compare", "balance", "--items", "40")
    project = open_project(studied)
    items = campaigns.read_items(project.engine, campaigns.find(project.engine, "balance").id)
    regular = [item for item in items if item.role == "regular"]
    cells: dict[tuple[str, str, str], int] = {}
    for item in regular:
        cell = (item.condition, item.side, item.shown["hue"])
        cells[cell] = cells.get(cell, 0) + 1
    assert len(cells) == 3 * 2 * 2
    assert set(cells.values()) == {10}
    by_page: dict[str, list[str]] = {}
    for item in regular:
        by_page.setdefault(item.hit_id, []).append(item.condition)
    full = [page for page in by_page.values() if len(page) == 5]
    counts = [max(page.count(c) for c in set(page)) for page in full]
    assert sum(most <= 2 for most in counts) >= 0.8 * len(full)


def test_a_setting_that_makes_no_sense_is_refused_with_the_reason(studied: Path) -> None:
    settings = (studied / "konkyo.toml").read_text(encoding="utf-8")

    def refused(change: tuple[str, str], *words: str) -> str:
        (studied / "konkyo.toml").write_text(settings.replace(*change), encoding="utf-8")
        try:
            said = konkyo("plan", *words)
        finally:
            (studied / "konkyo.toml").write_text(settings, encoding="utf-8")
        assert said.code in (1, 2), said.out
        return " ".join(said.err.split())

    assert "k = 400 is larger than 24 of the 24 instances" in refused(
        ("k = [2, 4]", "k = [2, 400]"), "guess", "no", "--items", "24"
    )
    assert "takes 2 to 11 entries, not 1" in refused(
        ("[study.options.guess]", '[study.options.rate]\npoints = ["yes"]\n[study.options.guess]'),
        "rate",
        "no",
    )
    assert "a page of the study 'simulate' takes" in refused(
        ("before = 2", "before = 16"), "simulate", "no", "--items", "10"
    )
    assert "needs two explainers" in refused(("", ""), "compare", "no", "--explainer", "gradient")

"""Inference arguments from training to the pages of `verify`."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import NotFound, UsageError
from db.store import campaigns, instances, rationales
from hits.page import study_page_data
from pipeline.arguments import kept
from pipeline.explain import explain
from pipeline.pages import Pages
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.train import train
from tests.support.data import BAD, GOOD, reviews
from tests.support.tables import rows

NAME = (kept.NAME,)
TEXTS = """\
[model]
kind = "mean_attention"
embedding_dim = 8
hidden_dim = 8
learning_rate = 0.03
epochs = 12
device = "cpu"

[study.options.verify]
fits = "label"
k = 3
"""
ROWS = '[model]\nkind = "mlp"\nhidden_dim = 12\nepochs = 20\ndevice = "cpu"\n'


def explained(project: Project, data: list) -> None:
    instances.add(project.engine, data)
    train(project)
    explain(project, explainers=NAME)


def pages(project: Project, campaign: Any) -> list[dict[str, Any]]:
    made = Pages(project, campaign)
    hits = campaigns.read_hits(project.engine, campaign.id)
    return [study_page_data(made.page(hit)) for hit in hits]


def test_pages_hold_the_names_of_top_features_and_controls_those_of_another_class(
    make_project: Any,
) -> None:
    project = make_project(TEXTS)
    explained(project, reviews(60)[0])
    (path,) = project.folder.glob(f"models/*/{kept.FILE}")
    names = kept.read(path)
    planned = plan(project, PlanRequest("verify", "c", items=20, explainers=NAME))
    items = campaigns.read_items(project.engine, planned.campaign.id)
    own = {i.instance_id: i.shown for i in items if i.condition == kept.NAME}
    stored = rationales.read(project.engine, planned.campaign.settings["run"], NAME)
    for one in stored:
        if one.instance_id in own:
            first = kept.said(one.details, names)[0]
            assert own[one.instance_id]["words"][0] == first.names[0]
    # Planted words decide the label, so features are called by them: not by the text's own words.
    telling = {"positive": set(GOOD), "negative": set(BAD)}
    fitting = [set(s["words"]) <= telling[s["label"]] for s in own.values()]
    assert sum(fitting) > 0.8 * len(fitting)
    text = {i.id: set(i.tokens) for i in instances.read(project.engine)}
    assert any(set(s["words"]) - text[i] for i, s in own.items())

    for item in items:
        answer = own[item.instance_id]["label"]
        if item.condition == "shuffled":
            assert set(item.shown["words"]) - set(own[item.instance_id]["words"])
            other = [s for s in own.values() if s["words"] == item.shown["words"]]
            assert any(s["label"] != answer for s in other)
        assert (item.shown["label"] == answer) == (item.condition != "wrong label")
    assert {i.condition for i in items} == {kept.NAME, "wrong label", "shuffled"}

    shown = [one["panels"][0] for page in pages(project, planned.campaign) for one in page["items"]]
    assert sorted(panel["words"] for panel in shown) == sorted(
        list(i.shown["words"]) for i in items
    )

    path.unlink()
    with pytest.raises(NotFound, match="the features of this run have no names"):
        plan(project, PlanRequest("verify", "d", explainers=NAME))
    assert explain(project, explainers=NAME).new == {kept.NAME: 0}
    assert path.is_file()  # nothing was explained again, but names were found again
    plan(project, PlanRequest("verify", "d", explainers=NAME))


def test_features_of_rows_are_called_by_their_sides(make_project: Any) -> None:
    project = make_project(ROWS)
    explained(project, list(rows("iris")))
    planned = plan(project, PlanRequest("verify", "c", items=9, explainers=NAME))
    items = campaigns.read_items(project.engine, planned.campaign.id)
    words = {word for item in items for word in item.shown["words"]}
    assert words and all(word.endswith((" high", " low")) for word in words)
    with pytest.raises(UsageError, match="no explainer called"):
        plan(project, PlanRequest("verify", "d", explainers=("arguments",)))

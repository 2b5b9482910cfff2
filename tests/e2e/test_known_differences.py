"""Differences that are known come back: plan, publish, simulated workers, collect, for the studies
whose answers are right or wrong.

The model is made by hand: "attention" is on the words that justify the label, "gradient" on all
others. People on file marked those words too, so that simulated workers know them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from db.store import campaigns
from pipeline.collect import collect
from pipeline.formats.base import ReadOptions
from pipeline.gold import check_record
from pipeline.ingest import import_data
from pipeline.judged import regular
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.publish import publish
from pipeline.simulate import simulate
from tests.pipeline.drawing.desk import texts_desk
from tests.support.data import reviews

MakeCampaign = Callable[..., pd.DataFrame]
SETTINGS = """
[market]
endpoint_url = "{url}"
[study]
items_per_hit = 6
reward = "0.05"
[study.options.guess]
k = [1, 4]
[study.options.verify]
k = 3
[study.options.intrude]
k = 3
[study.options.simulate]
before = 3
learn = 2
after = 3
"""


@pytest.fixture
def project(make_project: Callable[..., Project], endpoint: str) -> Project:
    """Sixty reviews with the words that people marked, and the model of the desk."""
    made = make_project(SETTINGS.format(url=endpoint))
    found, evidence = reviews(60)
    lines = [
        {
            "text": one.text,
            "label": one.label,
            "split": one.split,
            "annotations": [{"worker": "author", "label": one.label, "marks": evidence[one.id]}],
        }
        for one in found
    ]
    path = made.folder / "reviews.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    import_data(made, "jsonl", path, ReadOptions())
    texts_desk(made)
    return made


def judged(project: Project, study: str, question: str, **wanted: Any) -> pd.DataFrame:
    """Answers of simulated workers to regular items, each beside its item: columns of
    `pipeline.judged.regular`, and `condition`, `side`, `phase`, `shown`."""
    planned = plan(project, PlanRequest(study, study, **wanted))
    publish(project, study)
    simulate(project, study, workers=10, careless=0)
    collected = collect(project, study)
    assert not collected.unreadable and collected.new > 0
    items = {i.id: i for i in campaigns.read_items(project.engine, planned.campaign.id)}
    table = regular(project, planned.campaign, question)
    for name in ("condition", "side", "phase", "shown"):
        table[name] = [getattr(items[unit], name) for unit in table["unit"]]
    return table


def test_the_explainer_on_the_evidence_wins_from_either_side(project: Project) -> None:
    table = judged(project, "compare", "better", items=40, explainers=("attention", "random"))
    decided = table[table["value"] != "equal"]
    first_is_attention = decided["side"] == "ab"
    won = (decided["value"] == "first") == first_is_attention
    assert won.mean() > 0.75
    for side in ("ab", "ba"):
        assert won[decided["side"] == side].mean() > 0.7
    # shown first as often as second, nobody wins by the side: 120 judgements, sd .046
    assert abs((decided["value"] == "first").mean() - 0.5) < 0.15
    record = check_record(project, campaigns.find(project.engine, "compare"))
    assert record.share is not None and record.share > 0.7


def test_more_of_the_evidence_lets_more_people_guess_right(project: Project) -> None:
    table = judged(project, "guess", "guess", explainers=("attention",), items=48)
    right = table["value"] == [shown["target"] for shown in table["shown"]]
    by_condition = right.groupby(table["condition"]).mean()
    assert by_condition["attention k=1"] > 0.8
    assert by_condition["attention k=4"] > 0.8
    # by chance one of about 12 words is of the evidence; with four of them more often
    assert by_condition["random k=1"] < 0.7
    assert by_condition["random k=1"] < by_condition["random k=4"] < by_condition["attention k=4"]
    record = check_record(project, campaigns.find(project.engine, "guess"))
    assert record.share is not None and record.share > 0.8


def test_people_who_have_learned_predict_the_model_better(project: Project) -> None:
    table = judged(project, "simulate", "prediction", explainers=("attention",))
    right = table["value"] == [shown["target"] for shown in table["shown"]]
    accuracy = right.groupby(table["phase"]).mean()
    assert set(accuracy.index) == {"before", "after"}
    assert accuracy["after"] > accuracy["before"] + 0.03


def test_intruders_are_found_more_often_than_by_chance(project: Project) -> None:
    table = judged(project, "intrude", "intruder", explainers=("gradient",), items=30)
    found = table["value"] == [shown["intruder"] for shown in table["shown"]]
    assert found.mean() > 0.25 + 0.3  # chance is 1/(k + 1), k = 3
    # the place says nothing: every place holds intruders, each is found
    places = pd.Series([shown["intruder"] for shown in table["shown"]], index=table.index)
    assert found.groupby(places).mean().min() > 0.25


def test_controls_are_judged_not_to_fit(project: Project) -> None:
    table = judged(project, "verify", "fits", explainers=("attention",), items=30)
    yes = (table["value"] == "yes").groupby(table["condition"]).mean()
    assert yes["attention"] > 0.8
    assert yes["shuffled"] < 0.2

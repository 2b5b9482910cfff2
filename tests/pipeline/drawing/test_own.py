"""`own`: a page that cannot be answered is refused before anybody is paid for it."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import ConfigError, KonkyoError
from db.records import Item
from db.store import campaigns, instances
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from tests.support.data import reviews

TOML = """\
name = "mood"
title = "What is the mood?"
instructions = "Read it."
fields = ["text"]

[[questions]]
name = "label"
text = "Which?"
values = ["positive", "negative"]
"""
HTML = """<p>${text}</p><label>Which? <select name="label"><option value="">choose</option>
<option>positive</option><option>negative</option></select></label>"""
ORDINAL = TOML + 'level = "ordinal"\n'
NUMBERS = HTML.replace("<option>positive", '<option value="1">positive').replace(
    "<option>negative", '<option value="2">negative'
)


def planned(project: Project, toml: str = TOML, html: str = HTML) -> list[Item]:
    """The items of a study with these two files."""
    folder = project.folder / "mood"
    folder.mkdir()
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    (folder / "template.html").write_text(html, encoding="utf-8")
    instances.add(project.engine, reviews(20)[0])
    made = plan(project, PlanRequest("mood", "c", items=8))
    return campaigns.read_items(project.engine, made.campaign.id)


def test_a_question_called_label_has_checks(make_project: Any) -> None:
    items = planned(make_project())
    golds = {str(i.gold) for i in items if i.role == "check"}
    assert golds == {"{'label': 'positive'}", "{'label': 'negative'}"}


def test_on_a_scale_the_known_answer_is_the_point_that_is_stored(make_project: Any) -> None:
    items = planned(make_project(), ORDINAL, NUMBERS)
    golds = {i.gold["label"] for i in items if i.gold is not None}
    assert golds == {1, 2}


@pytest.mark.parametrize(
    ("toml", "html", "problem"),
    [
        (TOML, HTML.replace('"label"', '"labels"'), "'label'.*no control of the page"),
        (TOML, f'{HTML}<label>Why? <input name="why"></label>', "'why'.*asks no such question"),
        (TOML, HTML.replace("<option>negative", "<option>bad"), "'label' sends 'bad'"),
        (TOML.replace('"text"]', '"txt"]'), HTML.replace("text}", "txt}"), "no field 'txt'"),
        (TOML.replace("values", "value"), HTML, "no setting 'value'; did you mean 'values'"),
        (f'{TOML}form = "text"\n', HTML, "have no values and no order"),
        (f'{TOML}level = "interval"\n', HTML, "'level' takes one of nominal, ordinal"),
        (TOML.replace('name = "label"', 'name = "ms"'), HTML, "no question can be called 'ms'"),
        (TOML.partition("[[")[0], HTML, "asks nothing"),
        (TOML, "", "is empty"),
    ],
)
def test_what_cannot_be_answered_or_shown_is_refused(
    toml: str, html: str, problem: str, make_project: Any
) -> None:
    with pytest.raises(KonkyoError, match=problem):
        planned(make_project(), toml, html)


def test_a_folder_without_its_page_is_refused(make_project: Any) -> None:
    project = make_project()
    (project.folder / "mood").mkdir()
    (project.folder / "mood" / "study.toml").write_text(TOML, encoding="utf-8")
    instances.add(project.engine, reviews(4)[0])
    with pytest.raises((ConfigError, KonkyoError), match=r"template\.html"):
        plan(project, PlanRequest("mood", "c"))

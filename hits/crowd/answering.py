"""A whole page answered by one simulated worker: every question that its items ask."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from db.masks import encode
from hits.crowd.asking import Asking
from hits.crowd.choice import choose
from hits.crowd.marks import mark, mark_kinds
from hits.crowd.naming import name
from hits.crowd.pick import is_pick, pick
from hits.crowd.protocol import page_facts, reading_time
from hits.crowd.regions import mark_region
from hits.crowd.scale import rate
from hits.crowd.temper import Temper
from hits.crowd.truth import Knowledge, Truth, known_answer
from hits.studies import load_study
from hits.studies.base import Question, asked_in

OWN = "own"
"""The study type whose template holds ordinary form controls."""


def page_answer(
    data: Mapping[str, Any],
    temper: Temper,
    knowledge: Knowledge,
    rng: random.Random,
    done: int = 0,
    html: str = "",
) -> dict[str, Any]:
    """What the page's own script would send of `data` (what the page carries, version 2).

    `done` counts the items that this worker has answered before; `html` is the page around the
    data, whose consent and comprehension questions are answered too.
    """
    questions = load_study(data["study"]).questions(data["settings"])
    items = []
    for position, item in enumerate(data["items"]):
        asked = asked_in(questions, item.get("phase", ""))
        now, careless = temper.after(done + position), _is_careless(temper, rng)
        person = partial(Asking, item=item, temper=now, careless=careless, rng=rng)
        given = _answers(data["study"], asked, item, knowledge, person)
        spent = reading_time(item, careless, rng)
        items.append({"id": item["id"], "position": position, "ms": spent, **given})
    facts = page_facts(html, sum(item["ms"] for item in items), temper, rng)
    return {"v": 1, "study": data["study"], "items": items, "facts": facts}


def _is_careless(temper: Temper, rng: random.Random) -> bool:
    return temper.careless == 1 or (temper.careless > 0 and rng.random() < temper.careless)


def _answers(
    study: str,
    questions: Sequence[Question],
    item: Mapping[str, Any],
    knowledge: Knowledge,
    person: Callable[..., Asking],
) -> dict[str, Any]:
    """The item's fields of the answer; `person` is asked a question, with known and names."""
    truth, given = knowledge.of(item["id"]), dict[str, Any]()
    for question in questions:
        if not _is_kind(question):
            known = known_answer(study, question, item, truth)
            names = knowledge.names.get(question.name, ())
            asking = person(question=question, known=known, names=names)
            given |= _respond(asking, _kinds(questions, truth))
    # Ordinary form controls send words, whatever the values of the options are.
    return {field: str(value) for field, value in given.items()} if study == OWN else given


def _is_kind(question: Question) -> bool:
    """Whether a question is about some of the marks of the question before it."""
    return question.form == "marks" and "." in question.name


def _kinds(questions: Sequence[Question], truth: Truth) -> dict[str, Collection[int]]:
    """Kind of mark → the positions that are known to be of it."""
    names = [question.name for question in questions if _is_kind(question)]
    return {name.partition(".")[2]: truth.answers.get(name, ()) for name in names}


def _respond(asking: Asking, kinds: Mapping[str, Collection[int]]) -> dict[str, Any]:
    """One question's fields of the answer."""
    question = asking.question
    if question.form == "marks":
        return _marked(asking, kinds)
    if question.form == "text":
        return {question.name: name(asking)}
    if is_pick(question):
        return {question.name: pick(asking)}
    return {question.name: rate(asking) if question.level == "ordinal" else choose(asking)}


def _marked(asking: Asking, kinds: Mapping[str, Collection[int]]) -> dict[str, Any]:
    field = asking.question.name
    if asking.item["panels"][0]["kind"] == "image":
        region = mark_region(asking)
        return {field: encode(region), "nothing": not region.any()}
    if kinds:
        by_kind = mark_kinds(asking, kinds)
        return {field: by_kind, "nothing": not any(by_kind.values())}
    positions = mark(asking)
    return {field: positions, "nothing": not positions}

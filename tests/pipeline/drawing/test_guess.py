"""`guess`: conditions between instances, the hidden hidden indeed, answers that can be chosen."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from db.errors import NotFound, UsageError
from db.store import instances, rationales
from tests.pipeline.drawing.conftest import MakeDesk
from tests.support.data import instance

OPTIONS = "[study.options.guess]\nk = [2, 4]\n"
ONE = ("attention",)


def test_every_instance_is_met_once_under_conditions_of_equal_size(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)
    items = desk.items(desk.plan("guess", items=22, explainers=ONE))
    regular = [i for i in items if i.role == "regular"]
    assert set(Counter(i.instance_id for i in regular).values()) == {1}
    # explainer and random control × two k: 22 over four conditions
    sizes = Counter(i.condition for i in regular)
    assert sorted(sizes.values()) == [5, 5, 6, 6]
    assert set(sizes) == {f"{name} k={k}" for name in ("attention", "random") for k in (2, 4)}
    # who sees a whole text as a check has not met it with a few words
    checked = {i.instance_id for i in items if i.role == "check"}
    assert checked and not checked & {i.instance_id for i in regular}


@pytest.mark.parametrize("show", ["in place", "alone"])
def test_only_k_words_reach_the_page(show: str, make_desk: MakeDesk) -> None:
    desk = make_desk(settings=f'{OPTIONS}show = "{show}"\n')
    planned = desk.plan("guess", items=16, explainers=ONE)
    by_id = {i.id: i for i in desk.items(planned)}
    for page in desk.pages(planned):
        for shown in page["items"]:
            (panel,) = shown["panels"]
            item = by_id[shown["id"]]
            words = panel["words"] if show == "alone" else panel["tokens"]
            seen = [word for word in words if word != "…"]
            assert len(seen) == item.shown["k"]
            whole = desk.instances[item.instance_id].tokens
            hidden = Counter(whole) - Counter(seen)
            if item.role == "regular":
                assert hidden and not set(hidden) - set(seen) & set(json.dumps(shown).split('"'))
            assert "target" not in json.dumps(shown) and "scores" not in panel


def test_a_k_that_is_longer_than_a_text_is_refused_with_the_shortest(make_desk: MakeDesk) -> None:
    desk = make_desk(settings="[study.options.guess]\nk = [2, 40]\n")
    with pytest.raises(UsageError, match=r"k = 40 is larger than 60 of the 60 .*shortest has \d+"):
        desk.plan("guess", explainers=ONE)


def test_an_answer_that_cannot_be_chosen_is_refused(make_desk: MakeDesk) -> None:
    settings = '[study.options.guess]\nk = [2]\nlabels = ["good", "bad"]\n'
    with pytest.raises(UsageError, match=r"'negative' is none of the labels .*\(good, bad\)"):
        make_desk(settings=settings).plan("guess", explainers=ONE)


def test_without_any_instance_that_all_explained_it_says_so(make_desk: MakeDesk) -> None:
    with pytest.raises(NotFound, match="no rationales by random"):
        make_desk(settings=OPTIONS, explainers=("attention",)).plan("guess", explainers=ONE)


def test_an_instance_that_came_after_training_is_named(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)
    late = instance("late but good and long enough", "positive")
    instances.add(desk.project.engine, [late])
    scores = np.ones(late.n_tokens, dtype=np.float32)
    made = rationales.read(desk.project.engine, "run1", ONE)[0]
    for name in ("attention", "random"):
        one = replace(made, id=name, explainer=name, instance_id=late.id, scores=scores)
        rationales.add(desk.project.engine, [one])
    with pytest.raises(NotFound, match=f"no prediction for instance {late.id}; train"):
        desk.plan("guess", explainers=ONE)


def test_the_answer_of_the_author_needs_labels(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=f'{OPTIONS}target = "author"\n', unlabelled=1)
    with pytest.raises(UsageError, match=f"instance {desk.found[0].id} has no label"):
        desk.plan("guess", explainers=ONE)


def test_scores_that_are_all_equal_or_negative_still_keep_k_words(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS, scores=lambda name, one: [-1.0] * one.n_units)
    planned = desk.plan("guess", items=8, explainers=ONE)
    k_of = {i.id: i.shown["k"] for i in desk.items(planned)}
    for page in desk.pages(planned):
        for shown in page["items"]:
            words = [word for word in shown["panels"][0]["tokens"] if word != "…"]
            assert len(words) == k_of[shown["id"]]


def test_a_practice_item_names_the_answer_and_is_no_check_anywhere(make_desk: MakeDesk) -> None:
    settings = f"[study]\nitems_per_hit = 6\npractice_per_hit = 1\n{OPTIONS}"
    desk = make_desk(settings=settings)
    planned = desk.plan("guess", items=20, explainers=ONE)
    items = desk.items(planned)
    taught = {i.instance_id for i in items if i.role == "practice"}
    checked = {i.instance_id for i in items if i.role == "check"}
    assert taught and checked and not taught & checked
    for page in desk.pages(planned):
        answer = page["items"][0]["practice"]["guess"]
        assert answer in page["settings"]["labels"]
        assert all("practice" not in item for item in page["items"][1:])


def test_of_pictures_only_the_kept_cells_are_in_the_page(make_desk: MakeDesk) -> None:
    desk = make_desk(
        "image", settings='[study.options.guess]\nk = [1, 2]\nlabels = ["red", "blue"]'
    )
    planned = desk.plan("guess", items=8, explainers=ONE)
    items = {i.id: i for i in desk.items(planned)}
    for page in desk.pages(planned):
        assert ".png" not in json.dumps(page["items"])
        for shown in page["items"]:
            panel = shown["panels"][0]
            data = base64.b64decode(panel["src"].partition(",")[2])
            pixels = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
            hidden = sum(pixels[at : at + 3] == b"\x80\x80\x80" for at in range(0, len(pixels), 3))
            # cells of 8 × 8 pixels; all six but k are grey
            assert hidden == 64 * (6 - items[shown["id"]].shown["k"])


def test_rows_show_the_values_of_k_features(make_desk: MakeDesk) -> None:
    desk = make_desk("row", settings="[study.options.guess]\nk = [2]\n")
    planned = desk.plan("guess", items=6, explainers=ONE)
    role = {i.id: i.role for i in desk.items(planned)}
    for page in desk.pages(planned):
        for shown in page["items"]:
            values = shown["panels"][0]["values"]
            assert sum(v != "…" for v in values) == (2 if role[shown["id"]] == "regular" else 5)


def test_words_alone_are_of_texts(make_desk: MakeDesk) -> None:
    desk = make_desk("row", settings='[study.options.guess]\nk = [2]\nshow = "alone"\n')
    with pytest.raises(UsageError, match='show = "alone" lists words'):
        desk.plan("guess", explainers=ONE)


def test_the_same_seed_plans_the_same_and_another_seed_another(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)

    def drawn(name: str, seed: int) -> list[tuple[str, str, str]]:
        items = desk.items(desk.plan("guess", name, items=12, explainers=ONE, seed=seed))
        return [(i.instance_id, i.condition, i.role) for i in items]

    assert drawn("a", 3) == drawn("b", 3) != drawn("c", 4)

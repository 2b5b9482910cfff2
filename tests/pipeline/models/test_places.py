"""Rows whose features come in different orders: every score stands at the feature that it is of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from db.errors import DataError
from db.records import Instance
from db.store import instances, rationales
from pipeline.arguments.activating import activating
from pipeline.drawing.words import top_words
from pipeline.explain import explain
from pipeline.explainers.batching import ExplainSettings
from pipeline.explainers.batching import explain as explain_batches
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.models.batches import HumanTarget, collate
from pipeline.models.places import by_model, by_row
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel
from pipeline.models.training import fit
from pipeline.project import Project
from pipeline.train import train
from tests.support.tables import rows

BY_PLACE = ("gradient", "deeplift", "feature_ablation", "saliency_l1")
LEARNING = ("mutual_information", "learned_mask")
KINDS = ("mlp", *(f"tests.pipeline.models.own_others:{name}" for name in ("Rows", "AttendedRows")))
SETTINGS = Settings(hidden_dim=16, learning_rate=1e-2, epochs=8, device="cpu")
DATA = list(rows("iris"))


def turned(one: Instance, by: int = 1) -> Instance:
    """The same row, its features in another order."""
    names = list(one.features)
    return replace(one, features={n: one.features[n] for n in names[by:] + names[:by]})


@cache
def model_of(kind: str) -> TrainedModel:
    return fit(DATA, settings=replace(SETTINGS, kind=kind), seed=1).model


def named(
    model: TrainedModel, shown: Sequence[Instance], name: str, turn: bool = False
) -> dict[str, dict[str, float]]:
    """Instance → feature → score; turned, each of them and of what is learned from by another way."""
    learn_from = DATA[::6]
    if turn:
        shown = [turned(one, by) for by, one in enumerate(shown)]
        learn_from = [turned(one, by % 4) for by, one in enumerate(learn_from)]
    quick = {"learned_mask": {"epochs": 1}, "mutual_information": {"components": 1, "restarts": 1}}
    settings = ExplainSettings(options={n: o for n, o in quick.items() if n == name})
    order = {one.id: list(one.features) for one in shown}
    return {
        found.instance_id: dict(zip(order[found.instance_id], found.scores.tolist(), strict=True))
        for chunk in explain_batches(model, shown, [name], settings=settings, learn_from=learn_from)
        for found in chunk
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_turned_row_is_the_same_row_to_the_model(kind: str) -> None:
    model, shown = model_of(kind), DATA[::30]
    mixed = [turned(one, by) for by, one in enumerate(shown)]  # the first is in order
    straight, other = (model.module(collate(model.encode(some))) for some in (shown, mixed))
    torch.testing.assert_close(other.logits, straight.logits)
    for row, one in enumerate(mixed):
        at = [list(shown[row].features).index(name) for name in one.features]
        torch.testing.assert_close(other.attention[row], straight.attention[row, at])
        torch.testing.assert_close(other.embeddings[row], straight.embeddings[row, at])


@pytest.mark.parametrize(
    ("name", "kind"), [*product(BY_PLACE, KINDS), *product(LEARNING, KINDS[:1])]
)
def test_every_feature_keeps_its_score_wherever_it_stands(name: str, kind: str) -> None:
    model, shown = model_of(kind), DATA[::30]
    straight = named(model, shown, name)
    mixed = named(model, shown, name, turn=True)
    for identity, scores in straight.items():
        assert mixed[identity] == pytest.approx(scores, abs=1e-5)


def test_attention_stands_with_its_feature() -> None:
    model = model_of(KINDS[2])
    one = DATA[70]
    (straight,), (other,) = (
        named(model, [row], "attention").values() for row in (one, turned(one, 2))
    )
    assert other == pytest.approx(straight, abs=1e-6)
    assert len({round(score, 4) for score in straight.values()}) > 1  # else it would say nothing


def test_marks_of_people_stay_where_they_made_them() -> None:
    one = turned(DATA[0])
    marks = np.array([0, 0, 0, 1], np.float32)  # on the feature that stands last in this row
    batch = collate(model_of("mlp").encode([one, DATA[1]], {one.id: HumanTarget(marks)}))
    assert batch.marks[0].tolist() == [0, 0, 0, 1]
    assert by_model(batch.marks, batch)[0].tolist() == [1, 0, 0, 0]


def test_names_of_activations_are_those_of_the_features() -> None:
    shown = DATA[::30]
    model = model_of("mlp")
    straight = activating(model, shown)
    mixed = activating(model, [turned(one, 2) for one in shown])
    assert sorted(mixed.names) == sorted(straight.names)
    first = dict(zip(straight.names[:4], straight.changes[:4].tolist(), strict=True))
    for name, changes in zip(mixed.names[:4], mixed.changes[:4].tolist(), strict=True):
        assert changes == pytest.approx(first[name], abs=1e-5)


@given(st.permutations(range(5)))
def test_there_and_back(order: list[int]) -> None:
    row = collate(model_of("mlp").encode(DATA[:1]))
    batch = replace(row, places=torch.tensor([order]))
    values = torch.arange(10.0).reshape(1, 5, 2)
    for there in (by_row(by_model(values, batch), batch), by_model(by_row(values, batch), batch)):
        assert torch.equal(there, values)
    # by_row puts at each place of the row what the model has at `places`.
    assert by_row(values, batch)[0, :, 0].tolist() == [2.0 * place for place in order]


@pytest.fixture
def two_tables(make_project: Callable[..., Project]) -> Project:
    """Only `dose` decides; the second table names it last, the first one first."""
    project = make_project('[model]\nkind = "mlp"\nhidden_dim = 8\nepochs = 60\n')
    rng = np.random.default_rng(0)
    orders = {"a.csv": ("dose", "age", "pulse"), "b.csv": ("pulse", "age", "dose")}
    for name, order in orders.items():
        lines = [",".join([*order, "label"])]
        for _ in range(40):
            row = dict(zip(("dose", "age", "pulse"), rng.normal(size=3).round(6), strict=True))
            cells = [str(row[column]) for column in order]
            lines.append(",".join([*cells, "ill" if row["dose"] > 0 else "well"]))
        (project.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        import_data(project, "rows", project.folder / name, ReadOptions())
    return project


def test_two_tables_of_other_orders_name_the_feature_that_decides(two_tables: Project) -> None:
    run = train(two_tables).run
    explain(two_tables, explainers=["saliency_l1"])
    found = {r.instance_id: r for r in rationales.read(two_tables.engine, run.id, ["saliency_l1"])}
    best = [top_words(one, found[one.id], 1)[0] for one in instances.read(two_tables.engine)]
    told = [word.partition(":")[0] for word in best]
    assert {told[:40].count("dose"), told[40:].count("dose")} == {40}


def test_a_table_with_a_column_left_out_is_refused_by_name(two_tables: Project) -> None:
    (two_tables.folder / "c.csv").write_text("dose,age,label\n1.5,2.5,ill\n", encoding="utf-8")
    import_data(two_tables, "rows", two_tables.folder / "c.csv", ReadOptions())
    with pytest.raises(
        DataError, match="has no feature 'pulse'; all rows of a model have the same"
    ):
        train(two_tables)

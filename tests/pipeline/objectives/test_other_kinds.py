"""Every objective on every kind of unit: it trains, or says why not. docs/methods.md has the same table."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pytest
import torch

from db.errors import UsageError
from pipeline.models import MODELS
from pipeline.models.batches import collate
from pipeline.models.pixels import Pixels
from pipeline.models.trained import build
from pipeline.models.training import fit
from pipeline.objectives import OBJECTIVES
from pipeline.objectives.base import ALWAYS, Objective, Weighted
from tests.docs.pages import DOCS, read, section

pytest.importorskip("transformers")

from tests.pipeline.models import pretrained
from tests.pipeline.objectives.kinds import KINDS, Tried, tried

CELL = {"yes": None, "needs attention": "needs attention", "needs heads": "needs heads"}
WITH_LAYER = "attention_supervision"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pretrained.write(tmp_path_factory.mktemp("kinds") / "bert", "bert")


@cache
def case(kind: str, folder: Path) -> Tried:
    return tried(kind, folder)


def table() -> dict[tuple[str, str], str]:
    """(objective, kind) → what the documentation says of it."""
    found = section(read(DOCS / "methods.md"), "### Which objective works on which model")
    lines = [[cell.strip() for cell in one.strip("|").split("|")] for one in found.splitlines()]
    rows = [one for one in lines if len(one) == len(KINDS) + 1 and not set(one[0]) <= set("- ")]
    kinds = [cell.strip("`") for cell in rows[0][1:]]
    said = {}
    for row in rows[1:]:
        for name in row[0].replace("`", "").split(", "):
            said |= {(name, kind): cell for kind, cell in zip(kinds, row[1:], strict=True)}
    return said


SAID = table()
CASES = [(name, kind) for name in (*OBJECTIVES, f"{WITH_LAYER} with layer") for kind in KINDS]


def test_the_table_names_every_objective_and_kind() -> None:
    """Kinds that read the same units in the same way stand in one column."""
    assert set(SAID) == {case for case in CASES if case[0] != ALWAYS}
    alike = dict.fromkeys(
        ("bigru_attention", "cnn_attention", "mean_attention"), "bilstm_attention"
    )
    assert {alike.get(kind, kind) for kind in MODELS} == set(KINDS)
    for kind, other in alike.items():
        assert MODELS.load(kind).offers == MODELS.load(other).offers


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[0] != ALWAYS])
def test_it_trains_or_says_why_not(name: str, kind: str, folder: Path) -> None:
    one, objective = case(kind, folder), name.removesuffix(" with layer")
    options = {"layer": 0, "heads": [1]} if name != objective else {}
    cell = SAID[name, kind]
    weighted = Weighted(objective, 0.5, options)
    if cell != "yes":
        with pytest.raises(UsageError, match=f"objective {objective} {cell}, which a model of"):
            fit(one.data, settings=one.settings, objectives=[weighted], human=one.human)
        return
    fitted = fit(one.data, settings=one.settings, objectives=[weighted], human=one.human, seed=1)
    (epoch,) = fitted.history
    assert math.isfinite(epoch.loss) and math.isfinite(epoch.terms[objective])
    assert epoch.terms[objective] >= 0
    loaded: Objective = weighted.load()
    if loaded.needs_human or objective == "association":
        assert epoch.terms[objective] > 0
    for weight in fitted.model.module.parameters():
        assert weight.isfinite().all()


@pytest.mark.parametrize("name", ["word_at", "word_vat", "attention_at"])
def test_a_perturbed_pass_does_not_move_running_means(name: str, folder: Path) -> None:
    """Those of batch normalisation are of the pictures as they are."""
    one = case("residual_cnn", folder)
    encoding = Pixels.learn(one.data, one.settings)
    with torch.random.fork_rng([]):
        model = build(one.settings, encoding, ("above", "below"), False)
        batch = collate(model.encode(one.data, one.human))
        output = model.module(batch)
        before = {n: v.clone() for n, v in model.module.named_buffers()}
        value = OBJECTIVES.load(name)().term(output, batch, model.module).value
        assert model.module.training and value.isfinite()
    after = dict(model.module.named_buffers())
    assert any(n.endswith("running_mean") and bool((v != 0).any()) for n, v in before.items())
    assert all(torch.equal(value, after[n]) for n, value in before.items())

"""Learned masks as an explainer: texts where one word decides, digits, and rows."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
import torch

from db.errors import DataError, UsageError
from db.records import Instance, Rationale
from pipeline.explainers.base import Shared
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.explainers.learned_mask import LearnedMask
from pipeline.masks.kept import means_kept
from pipeline.masks.measures import LEARNED, OTHER, RANDOM
from pipeline.masks.of_run import MaskOfRun
from pipeline.models.batches import collate
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit
from tests.pipeline.explainers.pictures import digits, trained
from tests.pipeline.faithful import texts
from tests.pipeline.models.support import pair, small_model
from tests.pipeline.removal.support import known_model
from tests.support.data import instance as text
from tests.support.tables import rows

NAME = "learned_mask"
DATA = [*texts(40), *texts(46, length=9)]
SEEN, UNSEEN = [*DATA[:30], *DATA[50:]], [*DATA[30:40], *DATA[40:50]]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def explained(
    model: TrainedModel, shown: list[Instance], learn_from: list[Instance], **options
) -> list[Rationale]:
    settings = ExplainSettings(options={NAME: options})
    chunks = explain(model, shown, [NAME], settings=settings, learn_from=learn_from, seed=2)
    found = {one.instance_id: one for chunk in chunks for one in chunk}
    return [found[one.id] for one in shown]


def averages(found: list[Rationale]) -> dict[tuple[str, str], float]:
    means = means_kept([one.details for one in found], bootstrap=0)
    return {(one.subject, one.name): one.value for one in means}


@cache
def of_texts() -> list[Rationale]:
    return explained(known_model(), UNSEEN, SEEN, share=0.05, rate=0.03, epochs=15)


def test_the_word_that_decides_is_kept_and_all_others_can_go() -> None:
    for one, instance in zip(of_texts(), UNSEEN, strict=True):
        (decides,) = (n for n, word in enumerate(instance.tokens) if word in ("good", "bad"))
        others = np.delete(one.scores, decides)
        assert one.scores[decides] > 0.4 > 0.2 > others.max()
        assert ((one.scores >= 0) & (one.scores <= 1)).all()
        assert (one.baseline, one.reduction) == ("zero embedding", "none")


def test_neither_a_random_mask_nor_anothers_keeps_as_much() -> None:
    found = averages(of_texts())
    assert found[LEARNED, "prediction kept"] == 1
    for other in (RANDOM, OTHER):
        assert found[other, "probability kept"] < found[LEARNED, "probability kept"] - 0.1
    # Lent by texts that are as long: the sizes are alike, and those of random masks the same.
    assert found[RANDOM, "share kept"] == pytest.approx(found[LEARNED, "share kept"])
    assert found[OTHER, "share kept"] == pytest.approx(found[LEARNED, "share kept"], abs=0.05)


def test_details_are_what_the_model_says_of_the_masked_embeddings() -> None:
    model, found = known_model(), of_texts()
    for one, instance in zip(found[::7], UNSEEN[::7], strict=True):
        batch = collate(model.encode([instance]))
        with frozen(model) as module, torch.no_grad():
            whole = module(batch).logits[0]
            left = module.embed(batch) * torch.from_numpy(one.scores)[None, :, None]
            after = module(batch, embeddings=left).logits[0]
        assert one.details["share kept"] == pytest.approx(one.scores.mean())
        assert one.details["prediction kept"] == float(whole.argmax() == after.argmax())
        expected = float(after.softmax(-1)[one.target])
        assert one.details["probability kept"] == pytest.approx(expected, abs=1e-5)


def test_a_text_alone_in_whatever_order_it_was_learned_gets_the_same() -> None:
    model, quick = known_model(), {"epochs": 2, "rate": 0.02, "most": 20}
    together = explained(model, UNSEEN, SEEN, **quick)
    for one, instance in zip(together[::6], UNSEEN[::6], strict=True):
        (alone,) = explained(model, [instance], SEEN[::-1], **quick)
        np.testing.assert_allclose(one.scores, alone.scores, atol=1e-6)
        assert one.details == pytest.approx(alone.details, abs=1e-6)


def test_what_is_learned_travels_between_processes() -> None:
    model, explainer = known_model(), LearnedMask(epochs=1)
    learned = explainer.learn(model, SEEN, 0)
    arrived: MaskOfRun = pickle.loads(pickle.dumps(learned))
    with frozen(model) as module:
        batch = collate(model.encode(UNSEEN[:3]))
        first, second = (
            explainer.attribute(Shared.run(module, batch, learned={NAME: one}))
            for one in (learned, arrived)
        )
    assert torch.equal(first.scores, second.scores) and first.details == second.details


def test_a_greater_price_keeps_less() -> None:
    shares = [
        averages(explained(known_model(), UNSEEN, SEEN, share=price, epochs=8, rate=0.03))
        for price in (0.005, 0.5)
    ]
    assert shares[0][LEARNED, "share kept"] > 2 * shares[1][LEARNED, "share kept"] > 0


def test_digits_keep_their_prediction_by_their_own_mask() -> None:
    shown, price = list(digits(240)), {"share": 1.0, "epochs": 12, "rate": 0.01, "batch": 16}
    found = averages(explained(trained(), shown[180:], shown[:180], **price))
    own = found[LEARNED, "prediction kept"]
    assert own > 0.8
    assert own > found[RANDOM, "prediction kept"] + 0.2
    assert found[LEARNED, "share kept"] < 0.6


def test_a_row_keeps_the_features_that_tell_its_class() -> None:
    data = list(rows("iris"))
    settings = Settings(kind="mlp", hidden_dim=16, learning_rate=1e-2, epochs=15, device="cpu")
    found = explained(fit(data, settings=settings, seed=1).model, data[::5], data, rate=0.02)
    assert {one.unit for one in found} == {"feature"}
    mean = np.mean([one.scores for one in found], axis=0)
    assert mean[2:].mean() > mean[:2].mean() + 0.1  # petals above sepals
    kept = averages(found)
    assert kept[LEARNED, "prediction kept"] > kept[RANDOM, "prediction kept"]


def test_an_instance_that_was_alone_has_no_others_mask() -> None:
    (one,) = explained(known_model(), UNSEEN[:1], UNSEEN[:1], epochs=1)
    assert "share kept, random" in one.details
    assert not [name for name in one.details if "another" in name]


def test_one_token_and_pairs_are_masked_too() -> None:
    several = [text("soup"), text("good soup"), pair("two dogs", "cats"), pair("a man", "he is")]
    found = explained(small_model(several), several, several, epochs=1)
    assert [one.scores.shape for one in found] == [(1,), (2,), (3,), (4,)]
    # A lender of another length: cut off, or 0 beyond its end.
    assert all(0 <= one.details["share kept, another's"] <= 1 for one in found)


def test_what_it_cannot_learn_from_is_said() -> None:
    with pytest.raises(DataError, match="learned_mask cannot learn: there are no"):
        explain(known_model(), UNSEEN, [NAME], learn_from=[])
    broken = known_model()
    with torch.no_grad():
        broken.module.embedding.weight[broken.vocabulary.ids(["bad"])[0]] = torch.nan
    bad = next(i for i in sorted(UNSEEN, key=lambda one: one.id) if "bad" in i.tokens)
    with pytest.raises(DataError, match=f"output of instance {bad.id} is no finite number"):
        explain(broken, UNSEEN, [NAME])


@pytest.mark.parametrize(
    "wrong", [{"share": -1.0}, {"epochs": 0}, {"rate": 0.0}, {"batch": 0}, {"most": 0}]
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="learned_mask: "):
        LearnedMask(**wrong)

"""Training learns, repeats itself under a seed, and refuses what it cannot use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from db.errors import ConfigError, DataError, KonkyoError, UsageError
from db.records import Instance
from pipeline.models import MODELS
from pipeline.models.batches import HumanTarget, encode, exact_batches
from pipeline.models.memory import enough_memory
from pipeline.models.metrics import classification_metrics
from pipeline.models.predict import predict
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import Epoch, Fitted, fit
from pipeline.models.vocabulary import Vocabulary
from pipeline.objectives.base import Weighted
from tests.pipeline.models.support import QUICK, pair
from tests.support.data import instance, reviews
from tests.support.tables import rows

WORDS = [kind for kind in MODELS if MODELS.load(kind).encoding_class is Vocabulary]
TEXTS, EVIDENCE = reviews(80)


def marked(instances: list[Instance], places: dict[str, list[int]]) -> dict[str, HumanTarget]:
    found = {}
    for one in instances:
        marks = np.zeros(one.n_tokens, dtype=np.float32)
        marks[places[one.id]] = 1
        found[one.id] = HumanTarget(marks)
    return found


HUMAN = marked(TEXTS, EVIDENCE)


def weights(fitted: Fitted) -> dict[str, torch.Tensor]:
    return fitted.model.module.state_dict()


def share_on_evidence(model: TrainedModel, instances: list[Instance]) -> float:
    """How much of the attention lies on the telling words, on average."""
    shares = []
    with frozen(model) as module, torch.no_grad():
        for _, batch in exact_batches(model.encode(instances, HUMAN), 1000):
            shares += (module(batch).attention * batch.marks).sum(-1).tolist()
    return float(np.mean(shares))


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(TEXTS, settings=QUICK, seed=1)


def test_it_learns_which_words_tell(fitted: Fitted) -> None:
    assert fitted.metrics["test_accuracy"] >= 0.9
    assert fitted.model.labels == ("negative", "positive")
    unseen = [instance("the day was superb"), instance("the day was dreadful")]
    assert [p.probabilities.argmax() for p in predict(fitted.model, unseen, "run")] == [1, 0]


def test_a_seed_repeats_the_weights_and_another_does_not(fitted: Fitted) -> None:
    with torch.random.fork_rng([]):
        torch.manual_seed(99)  # whatever state it meets
        again = fit(TEXTS, settings=QUICK, seed=1)
    assert all(torch.equal(value, weights(again)[name]) for name, value in weights(fitted).items())
    other = fit(TEXTS, settings=replace(QUICK, epochs=1), seed=2)
    assert not torch.equal(weights(fitted)["output.weight"], weights(other)["output.weight"])


def test_dropout_repeats_under_a_seed_too() -> None:
    settings = replace(QUICK, dropout=0.5, epochs=2)
    one, two = (fit(TEXTS, settings=settings, seed=3) for _ in range(2))
    assert one.history == two.history


def test_torchs_random_state_is_left_as_it_was() -> None:
    before = torch.random.get_rng_state()
    fit(TEXTS, settings=replace(QUICK, epochs=1))
    assert torch.equal(before, torch.random.get_rng_state())


def test_it_stops_when_validation_no_longer_improves_and_keeps_the_best_epoch() -> None:
    random = np.random.default_rng(0)
    guesses = [replace(one, label=str(random.integers(2))) for one in TEXTS]  # nothing to learn
    found = fit(guesses, settings=replace(QUICK, epochs=50, patience=2))
    best = max(found.history, key=lambda epoch: (epoch.validation.auc, -epoch.validation.loss))
    assert found.best_epoch == best.number
    assert len(found.history) == best.number + 2 < 50
    assert found.metrics["validation_auc"] == best.validation.auc
    validation = [one for one in guesses if one.id in found.split.validation]
    again = np.stack([p.probabilities for p in predict(found.model, validation, "run")])
    truth = np.array([int(one.label or 0) for one in validation])
    assert classification_metrics(again, truth) == best.validation


def test_every_epoch_is_reported_with_every_term_of_the_loss() -> None:
    seen: list[Epoch] = []
    terms = [Weighted("attention_supervision", 0.5)]
    few = replace(QUICK, epochs=3)
    found = fit(TEXTS, settings=few, objectives=terms, human=HUMAN, on_epoch=seen.append)
    assert tuple(seen) == found.history
    for epoch in seen:
        assert epoch.terms.keys() == {"cross_entropy", "attention_supervision"}
        total = epoch.terms["cross_entropy"] + 0.5 * epoch.terms["attention_supervision"]
        assert epoch.loss == pytest.approx(total)


def test_attention_supervision_moves_attention_to_what_people_marked(fitted: Fitted) -> None:
    terms = [Weighted("attention_supervision", 1.0)]
    taught = fit(TEXTS, settings=QUICK, objectives=terms, human=HUMAN, seed=1)
    test = [one for one in TEXTS if one.split == "test"]
    assert share_on_evidence(taught.model, test) > share_on_evidence(fitted.model, test) + 0.2


def test_human_rationales_outside_the_training_part_are_never_looked_at() -> None:
    terms = [Weighted("attention_supervision", 1.0)]
    training = {one.id: HUMAN[one.id] for one in TEXTS if one.split == "train"}
    settings = replace(QUICK, epochs=2)
    one = fit(TEXTS, settings=settings, objectives=terms, human=HUMAN)
    two = fit(TEXTS, settings=settings, objectives=terms, human=training)
    assert one.history == two.history


def test_pairs_are_learned_from_both_texts() -> None:
    first, second = ["cats sleep", "dogs bark", "birds sing"], ["so they do", "no they never do"]
    texts = [
        pair(f"{one} {n}", two, label="yes" if two.startswith("so") else "no")
        for n in ("here", "there", "now", "often", "today", "then", "also")
        for one in first
        for two in second
    ]
    found = fit(texts, settings=QUICK)
    assert found.model.pair
    assert found.metrics["test_accuracy"] == 1.0


def test_the_order_of_labels_can_be_given() -> None:
    settings = replace(QUICK, epochs=1)
    found = fit(TEXTS, settings=settings, labels=("positive", "negative"))
    assert found.model.labels == ("positive", "negative")
    with pytest.raises(UsageError, match="are not those of the instances"):
        fit(TEXTS, settings=settings, labels=("positive", "neutral"))


def test_an_undefined_metric_is_absent_with_a_note() -> None:
    one_label = [t for t in TEXTS if t.split != "test" or t.label == "positive"]
    found = fit(one_label, settings=replace(QUICK, epochs=1))
    assert "test_auc" not in found.metrics
    assert any("no AUC for test" in note for note in found.notes)


def test_divergence_is_said() -> None:
    terms = [Weighted("attention_supervision", 1e39)]
    with pytest.raises(KonkyoError, match="diverged in epoch 1 .the loss is"):
        fit(TEXTS, settings=QUICK, objectives=terms, human=HUMAN)


def test_divergence_after_a_good_epoch_keeps_that_epoch() -> None:
    """A weight that rises over two epochs: in the second, the loss is beyond single precision."""
    terms = [Weighted("attention_supervision", 2.2e38, schedule="rise", over=2)]
    settings = replace(QUICK, epochs=6)
    found = fit(TEXTS, settings=settings, objectives=terms, human=HUMAN)
    first = fit(TEXTS, settings=replace(settings, epochs=1), objectives=terms, human=HUMAN)
    assert [epoch.number for epoch in found.history] == [1] and found.best_epoch == 1
    assert all(torch.equal(v, weights(first)[n]) for n, v in weights(found).items())
    (note,) = [note for note in found.notes if "diverged" in note]
    assert note == (
        "training diverged in epoch 2 (the loss is inf) and was stopped; epoch 1 is kept. "
        "To train on, lower learning_rate or the weights of the objectives"
    )


def test_a_last_step_that_goes_too_far_is_divergence_too() -> None:
    """One batch an epoch: its loss is that of the fresh weights, and the weights after are wild."""
    wild = replace(QUICK, kind="mean_attention", learning_rate=1e30, batch_size=100)
    with pytest.raises(KonkyoError, match="diverged in epoch 1 .predictions are not finite"):
        fit(TEXTS, settings=wild)


def test_word_vectors_for_what_reads_no_words_are_refused_before_they_are_looked_for() -> None:
    settings = replace(QUICK, kind="mlp", vectors="nowhere.txt")
    with pytest.raises(ConfigError, match="nor word vectors"):
        fit(list(rows("iris")), settings=settings)


def test_an_objective_that_learns_from_people_needs_some() -> None:
    with pytest.raises(DataError, match="attention_supervision learns from human rationales"):
        fit(TEXTS, settings=QUICK, objectives=[Weighted("attention_supervision", 1.0)])


def test_an_objective_is_named_once() -> None:
    twice = [Weighted("attention_supervision", 1.0)] * 2
    with pytest.raises(UsageError, match="more than once"):
        fit(TEXTS, settings=QUICK, objectives=twice, human=HUMAN)


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="'abacus'"):
        fit(TEXTS, settings=replace(QUICK, device="abacus"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_that_is_not_there_is_refused_as_a_setting() -> None:
    with pytest.raises(ConfigError, match="device is 'cuda:0', but there is no CUDA device here"):
        fit(TEXTS, settings=replace(QUICK, device="cuda:0"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("precision", ["auto", "float32"])
def test_a_gpu_trains_what_a_cpu_does(kind: str, precision: str) -> None:
    settings = replace(QUICK, kind=kind, device="cuda", precision=precision)
    found = fit(TEXTS, settings=settings, seed=1)
    assert found.metrics["test_accuracy"] >= 0.9


@pytest.mark.parametrize("kind", WORDS)
def test_half_precision_learns_and_keeps_whole_weights(kind: str) -> None:
    settings = replace(QUICK, kind=kind, precision="bfloat16", epochs=5)
    found = fit(TEXTS, settings=settings, seed=1)
    assert found.history[-1].loss < found.history[0].loss
    assert {value.dtype for value in weights(found).values()} == {torch.float32}
    whole = fit(TEXTS, settings=replace(settings, precision="float32", epochs=1), seed=1)
    assert whole.history[0].loss != found.history[0].loss
    assert whole.history[0].loss == pytest.approx(found.history[0].loss, abs=0.05)


def test_values_of_attributes_that_training_never_saw_are_counted() -> None:
    genres = {"train": "essay", "validation": "essay", "test": "poem"}
    texts = [replace(one, attributes={"genre": genres[one.split or ""]}) for one in TEXTS]
    settings = replace(QUICK, attention="conditional", attributes=("genre",), epochs=1)
    found = fit(texts, settings=settings)
    n = sum(one.split == "test" for one in texts)
    assert f"attribute genre: {n} instances have no value that was seen in training" in found.notes
    assert found.model.vocabulary.attributes.values == {"genre": ("essay",)}
    with pytest.raises(DataError, match="no training instance has an attribute 'genre'"):
        fit(TEXTS, settings=settings)


def test_a_text_too_long_for_memory_is_said() -> None:
    with enough_memory(encode(TEXTS[:1], Vocabulary(())), 32):
        pass
    with (
        pytest.raises(KonkyoError, match=f"longest, instance {TEXTS[0].id}, has .* tokens; lower"),
        enough_memory(encode(TEXTS[:1], Vocabulary(())), 32),
    ):
        torch.empty(2**50, dtype=torch.float32)  # four million gigabytes

"""How fast explaining is: konkyo's batches against a Captum loop over single texts.

Both explain the same texts with the same model, the same Captum and frozen weights. Integrated
gradients are compared with two loops: one doubles its steps by the same rule as konkyo, text by
text (the scores are then the same); one does what can be done without adaptive steps, and takes
for every text the fewest steps, of 8, 16, 32, …, at which all texts meet the tolerance (its
scores differ by what the quadrature is off).

Methods that take tokens away are slow, and so tried on fewer texts (`--perturbed`). LIME's loop
gets konkyo's samples, kernel and ridge; gradient SHAP and kernel SHAP draw for themselves. Ranks
agree by the mean, over texts, of Spearman's correlation with konkyo's scores.

Run it on an idle machine:
`python benchmarks/bench_explain.py [--texts N] [--perturbed N] [--repeats N]`. It prints tables
and judges nothing. Each time is the best of the repeats, which take turns.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from captum import attr
from captum._utils.models.linear_model import SkLearnRidge
from captum.attr import InputXGradient
from captum.attr import IntegratedGradients as CaptumIG
from scipy.stats import spearmanr

from db.records import Instance, instance_id
from pipeline.explainers.batching import explain
from pipeline.explainers.gradient_shap import GradientShap
from pipeline.explainers.integrated_gradients import IntegratedGradients
from pipeline.explainers.kernel_shap import KernelShap
from pipeline.explainers.lime import Lime
from pipeline.explainers.occlusion import Occlusion
from pipeline.models.batches import Batch, Row, collate
from pipeline.models.seeding import instance_generator
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit

Scores = list[np.ndarray]
Method = Callable[[], Scores]
RULE = IntegratedGradients()


def make_texts(count: int, least: int = 10, most: int = 60) -> list[Instance]:
    """Texts of 10 to 60 invented words, of which a few tell the label, mostly the right one."""
    random = np.random.default_rng(0)
    frequency = 1 / np.arange(20, 4020)
    found: list[Instance] = []
    for number, length in enumerate(random.integers(least, most + 1, count).tolist()):
        words = random.choice(4000, size=length, p=frequency / frequency.sum()) + 50
        telling = random.random(length) < 0.1
        words[telling] = random.integers(0, 25, telling.sum()) + 25 * (
            (number + (random.random(telling.sum()) < 0.1)) % 2
        )
        text = " ".join(
            f"w{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in words
        )
        starts = np.cumsum([0, *(len(word) + 1 for word in text.split())])
        spans = np.stack([starts[:-1], starts[1:] - 1], axis=1).astype(np.int32)
        label = "even" if number % 2 == 0 else "odd"
        found.append(Instance(instance_id("text", text), "text", text, spans, label=label))
    return found


CURRENT = [""]  # the text that a loop is at, for draws that depend on it


def loop(model: TrainedModel, rows: Sequence[Row], one: Callable[..., torch.Tensor]) -> Scores:
    """One text at a time: embed, explain the predicted class, sum over embedding dimensions."""
    found = []
    with frozen(model) as module:
        for row in rows:
            CURRENT[0] = row.instance_id
            batch = collate([row])

            def forward(values: torch.Tensor, batch: Batch = batch) -> torch.Tensor:
                copies = torch.zeros(len(values), dtype=torch.int64)
                return module(batch.take(copies), embeddings=values).logits

            values = module.embed(batch).detach().requires_grad_()
            with torch.no_grad():
                target = int(forward(values)[0].argmax())
            found.append(one(forward, values, target).detach().sum(-1)[0].numpy())
    return found


def gradient(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
    return InputXGradient(forward).attribute(values, target=target)


def saliency(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
    """Put on one dimension, since the loop sums over them."""
    slope = attr.Saliency(forward).attribute(values, target=target)
    return torch.linalg.vector_norm(slope, dim=-1, keepdim=True)


def gradient_shap(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
    return attr.GradientShap(forward).attribute(
        values, torch.zeros_like(values), n_samples=GradientShap().samples, target=target
    )


def tokens_of(values: torch.Tensor) -> torch.Tensor:
    """The mask that makes a token one feature."""
    return torch.arange(values.shape[1])[None, :, None].expand(values.shape)


def ablation(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
    return attr.FeatureAblation(forward).attribute(
        values, target=target, feature_mask=tokens_of(values)
    )[..., :1]


def occlusion(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
    window = min(Occlusion().window, values.shape[1])
    found = attr.Occlusion(forward).attribute(
        values, (window, values.shape[2]), target=target, baselines=0
    )
    return found[..., :1]


def kernel_shap(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
    return attr.KernelShap(forward).attribute(
        values, target=target, feature_mask=tokens_of(values), n_samples=KernelShap().samples
    )[..., :1]


def lime_of(seed_of: Callable[[], str]) -> Callable[..., torch.Tensor]:
    """Captum's LimeBase on konkyo's samples; `seed_of` gives the id of the text in hand."""
    rule = Lime()

    def one(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
        drawn = instance_generator(0, rule.name, seed_of()).random((rule.samples, values.shape[1]))
        masks = torch.from_numpy(drawn < 0.5).float()
        masks[0] = 1

        def draw(*_: object, **__: object):
            yield from masks[:, None]

        def near(_: object, __: object, mask: torch.Tensor, **___: object) -> torch.Tensor:
            return rule.weights(mask[None].double())[0, 0]

        def text(mask: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
            return values * mask[0][None, :, None]

        base = attr.LimeBase(forward, SkLearnRidge(alpha=rule.ridge), near, draw, True, text, None)
        found = base.attribute(values, target=target, n_samples=len(masks))
        return found.reshape(1, -1, 1)

    return one


def fixed_ig(steps: int) -> Callable[..., torch.Tensor]:
    def one(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
        return CaptumIG(forward).attribute(values, target=target, n_steps=steps)

    return one


def doubling_ig(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: int):
    """The rule of konkyo's own explainer, for one text."""
    with torch.no_grad():
        ends = forward(torch.cat([values, torch.zeros_like(values)]))[:, target]
    difference = float(ends[0] - ends[1])
    steps = RULE.first_steps
    while True:
        found = CaptumIG(forward).attribute(values, target=target, n_steps=steps)
        off = abs(float(found.detach().sum()) - difference)
        if off <= max(RULE.tolerance * abs(difference), RULE.floor) or steps >= RULE.most_steps:
            return found
        steps *= 2


def batched(model: TrainedModel, texts: Sequence[Instance], name: str) -> Scores:
    found = {r.instance_id: r.scores for chunk in explain(model, texts, [name]) for r in chunk}
    return [found[text.id] for text in texts]


def most_steps(model: TrainedModel, texts: Sequence[Instance]) -> tuple[int, str]:
    """Steps of the text that needs most, and how many texts took how many."""
    chunks = explain(model, texts, ["integrated_gradients"])
    steps = np.array([int(r.details["steps"]) for chunk in chunks for r in chunk])
    counts = {int(n): int((steps == n).sum()) for n in np.unique(steps)}
    return int(steps.max()), ", ".join(f"{n} steps: {c}" for n, c in counts.items())


def measure(methods: dict[str, Method], repeats: int) -> tuple[dict[str, float], dict[str, Scores]]:
    """Best seconds of each method, the repeats taking turns; and what each found."""
    seconds = dict.fromkeys(methods, float("inf"))
    found: dict[str, Scores] = {}
    for _ in range(repeats):
        for name, method in methods.items():
            start = time.perf_counter()
            found[name] = method()
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    return seconds, found


def show(title: str, seconds: dict[str, float], found: dict[str, Scores]) -> None:
    """One line a method; the first is konkyo's, which the others are compared with."""
    ours = next(iter(seconds))
    heads = f"{'seconds':>9}{'ratio':>8}{'largest difference':>21}{'ranks agree':>14}"
    print(f"\n{title}\n  {'':32}{heads}")
    for name, spent in seconds.items():
        pairs = zip(found[name], found[ours], strict=True)
        off = max(float(np.abs(a - b).max()) for a, b in pairs)
        ranks = np.mean(
            [spearmanr(a, b).statistic for a, b in zip(found[name], found[ours], strict=True)]
        )
        print(f"  {name:32}{spent:9.2f}{spent / seconds[ours]:8.2f}{off:21.1e}{ranks:14.3f}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--texts", type=int, default=1000)
    arguments.add_argument("--perturbed", type=int, default=100)
    arguments.add_argument("--repeats", type=int, default=1)
    given = arguments.parse_args()
    texts = make_texts(given.texts)
    fitted = fit(texts, settings=Settings(epochs=8, device="cpu"))
    model = fitted.model
    rows = model.encode(texts)
    most, counts = most_steps(model, texts)
    print(f"{len(texts)} texts of 10 to 60 tokens, {torch.get_num_threads()} threads; {counts}")
    print(f"accuracy {fitted.metrics['train_accuracy']:.3f} on what it learned from")
    seconds, found = measure(
        {
            "konkyo": lambda: batched(model, texts, "gradient"),
            "loop": lambda: loop(model, rows, gradient),
        },
        given.repeats,
    )
    show("input × gradient", seconds, found)
    seconds, found = measure(
        {
            "konkyo": lambda: batched(model, texts, "integrated_gradients"),
            "loop, doubling its steps": lambda: loop(model, rows, doubling_ig),
            f"loop, {most} steps for every text": lambda: loop(model, rows, fixed_ig(most)),
        },
        given.repeats,
    )
    show("integrated gradients", seconds, found)
    further = {"saliency_l2": saliency, "gradient_shap": gradient_shap}
    taken = {
        "feature_ablation": ablation,
        "occlusion": occlusion,
        "lime": lime_of(lambda: CURRENT[0]),
        "kernel_shap": kernel_shap,
    }
    for name, one in (further | taken).items():
        some = min(given.perturbed, len(texts)) if name in taken else len(texts)
        seconds, found = measure(
            {
                "konkyo": partial(batched, model, texts[:some], name),
                "loop": partial(loop, model, rows[:some], one),
            },
            given.repeats,
        )
        show(f"{name}, {some} texts", seconds, found)


if __name__ == "__main__":
    main()

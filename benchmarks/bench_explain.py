"""How fast explaining is: konkyo's batches against a Captum loop over single texts.

Both explain the same texts with the same model, the same Captum and frozen weights, and both begin
with texts, not with ids. Where a method needs no more than Captum, a third line is
Captum's own class on the same batches, by itself: what konkyo takes beyond it is its overhead.
Integrated gradients are compared with a loop that doubles its steps by the same rule as konkyo,
text by text (the scores are then the same); `--fixed` adds what can be done without adaptive
steps: for every text the fewest steps, of 8, 16, 32, …, at which all texts meet the tolerance.

Time is processor time on one thread, so that it can be read where other programs run too, and that
of the clock with more `--threads`; each is the least of the repeats, which take turns. LIME and
kernel SHAP are slow, and tried on `--sampled` of the texts: every text is 200 passes by itself, so
that more of them do not change the ratio. LIME's loop gets konkyo's samples, kernel and ridge; gradient SHAP and kernel SHAP draw for
themselves. Ranks agree by the mean, over texts, of Spearman's correlation with konkyo's scores.

`--memory` compares the peak of one full batch with that of `FOLD`, each in a process of its own.

Run it: `python benchmarks/bench_explain.py [--texts N] [--sampled N] [--repeats N] [--epochs N]
[--kind NAME] [--methods NAME …] [--threads N] [--fixed] [--memory]`. It prints tables and judges nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from captum import attr
from captum._utils.models.linear_model import SkLearnRidge
from captum.attr import InputXGradient
from captum.attr import IntegratedGradients as CaptumIG
from isolated import measured
from scipy.stats import spearmanr

from db.records import Instance, instance_id
from pipeline.explainers.batching import explain
from pipeline.explainers.gradient_shap import GradientShap
from pipeline.explainers.integrated_gradients import IntegratedGradients
from pipeline.explainers.kernel_shap import KernelShap
from pipeline.explainers.lime import Lime
from pipeline.explainers.occlusion import Occlusion
from pipeline.models.batches import TOKEN_BUDGET, Batch, exact_batches
from pipeline.models.seeding import instance_generator
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit

Scores = list[np.ndarray]
Method = Callable[[], Scores]
One = Callable[..., torch.Tensor]
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
AT_ONCE = [1]  # how many copies of the batch in hand a pass may hold


def plain(model: TrainedModel, texts: Sequence[Instance], one: One, budget: int = 1) -> Scores:
    """Captum as most use it: embed, explain the predicted class, sum over embedding dimensions.

    As many texts of one length at a time as `budget` tokens allow; with 1, each by itself.
    """
    found: dict[str, np.ndarray] = {}
    with frozen(model) as module:
        for _, batch in exact_batches(model.encode(texts), budget):
            CURRENT[0], AT_ONCE[0] = batch.instance_ids[0], max(1, budget // batch.ids.numel())

            def forward(values: torch.Tensor, batch: Batch = batch) -> torch.Tensor:
                copies = torch.arange(len(batch)).repeat(len(values) // len(batch))
                return module(batch.take(copies), embeddings=values).logits

            values = module.embed(batch).detach().requires_grad_()
            with torch.no_grad():
                target = forward(values).argmax(-1)
            scores = one(forward, values, target).detach().sum(-1).numpy()
            found.update(zip(batch.instance_ids, scores, strict=True))
    return [found[text.id] for text in texts]


def gradient(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
    return InputXGradient(forward).attribute(values, target=target)


def saliency(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
    """Put on one dimension, since the loop sums over them."""
    slope = attr.Saliency(forward).attribute(values, target=target)
    return torch.linalg.vector_norm(slope, dim=-1, keepdim=True)


def gradient_shap(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
    return attr.GradientShap(forward).attribute(
        values, torch.zeros_like(values), n_samples=GradientShap().samples, target=target
    )


def tokens_of(values: torch.Tensor) -> torch.Tensor:
    """The mask that makes a token one feature."""
    return torch.arange(values.shape[1])[None, :, None].expand(values.shape)


def ablation(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
    return attr.FeatureAblation(forward).attribute(
        values,
        target=target,
        feature_mask=tokens_of(values),
        perturbations_per_eval=AT_ONCE[0],
    )[..., :1]


def occlusion(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
    window = min(Occlusion().window, values.shape[1])
    found = attr.Occlusion(forward).attribute(
        values,
        (window, values.shape[2]),
        target=target,
        baselines=0,
        perturbations_per_eval=AT_ONCE[0],
    )
    return found[..., :1]


def kernel_shap(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
    return attr.KernelShap(forward).attribute(
        values, target=target, feature_mask=tokens_of(values), n_samples=KernelShap().samples
    )[..., :1]


def lime_of(seed_of: Callable[[], str]) -> Callable[..., torch.Tensor]:
    """Captum's LimeBase on konkyo's samples; `seed_of` gives the id of the text in hand."""
    rule = Lime()

    def one(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
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
    def one(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
        return CaptumIG(forward).attribute(values, target=target, n_steps=steps)

    return one


def doubling_ig(forward: Callable[..., torch.Tensor], values: torch.Tensor, target: torch.Tensor):
    """The rule of konkyo's own explainer, for one text."""
    with torch.no_grad():
        ends = forward(torch.cat([values, torch.zeros_like(values)]))[:, int(target)]
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


def most_steps(model: TrainedModel, texts: Sequence[Instance]) -> int:
    """Steps of the text that needs most."""
    chunks = explain(model, texts, ["integrated_gradients"])
    return max(int(r.details["steps"]) for chunk in chunks for r in chunk)


def measure(methods: dict[str, Method], repeats: int) -> tuple[dict[str, float], dict[str, Scores]]:
    """Least processor seconds of each method, the repeats taking turns; and what each found."""
    seconds = dict.fromkeys(methods, float("inf"))
    found: dict[str, Scores] = {}
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    for _ in range(repeats):
        for name, method in methods.items():
            start = clock()
            found[name] = method()
            seconds[name] = min(seconds[name], clock() - start)
    return seconds, found


def show(title: str, seconds: dict[str, float], found: dict[str, Scores]) -> None:
    """One line a method; the first is konkyo's, which the others are compared with."""
    ours = next(iter(seconds))
    heads = f"{'CPU s':>9}{'ratio':>8}{'largest difference':>21}{'ranks agree':>14}"
    print(f"\n{title}\n  {'':32}{heads}")
    for name, spent in seconds.items():
        pairs = list(zip(found[name], found[ours], strict=True))
        off = max(float(np.abs(a - b).max()) for a, b in pairs)
        ranks = np.mean([spearmanr(a, b).statistic for a, b in pairs])
        line = f"{spent:9.2f}{spent / seconds[ours]:8.2f}{off:21.1e}{ranks:14.3f}"
        print(f"  {name:32}{line}", flush=True)


ALONE: dict[str, One] = {  # text by text only
    "integrated_gradients": doubling_ig,
    "lime": lime_of(lambda: CURRENT[0]),
    "kernel_shap": kernel_shap,
}
EITHER: dict[str, One] = {  # on batches too
    "gradient": gradient,
    "saliency_l2": saliency,
    "gradient_shap": gradient_shap,
    "feature_ablation": ablation,
    "occlusion": occlusion,
}
SAMPLED = ("lime", "kernel_shap")
FOLD = 4  # batches whose peak is compared with that of one


def compare(model: TrainedModel, texts: Sequence[Instance], name: str, given: Any) -> None:
    """konkyo, the loop, and what else there is to compare with, for one method."""
    some = texts[: given.sampled] if name in SAMPLED else texts
    one = (EITHER | ALONE)[name]
    methods = {
        "konkyo": partial(batched, model, some, name),
        "loop": partial(plain, model, some, one),
    }
    if name in EITHER:
        methods["Captum on the same batches"] = partial(plain, model, some, one, TOKEN_BUDGET)
    if name == "integrated_gradients" and given.fixed:
        most = most_steps(model, some)
        methods[f"loop, {most} steps for every text"] = partial(plain, model, some, fixed_ig(most))
    show(f"{name}, {len(some)} texts", *measure(methods, given.repeats))


def memory(model: TrainedModel, names: Sequence[str]) -> None:
    """Peaks of one full batch of texts of 40 tokens, and of `FOLD` of them."""
    texts = make_texts(FOLD * (TOKEN_BUDGET // 40), 40, 40)

    def work(name: str, count: int) -> Callable[[], float]:
        return lambda: float(sum(len(chunk) for chunk in explain(model, texts[:count], [name])))

    print(f"\n{'peak, MB':34}{'one batch':>12}{FOLD:>4} batches{'ratio':>8}")
    for name in names:
        one, more = (measured(600, work, name, n) for n in (len(texts) // FOLD, len(texts)))
        ratio = more.megabytes / one.megabytes
        print(f"  {name:32}{one.memory():>12}{more.memory():>12}{ratio:8.2f}", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--texts", type=int, default=200)
    arguments.add_argument("--sampled", type=int, default=50)
    arguments.add_argument("--repeats", type=int, default=2)
    arguments.add_argument("--epochs", type=int, default=4)
    arguments.add_argument("--kind", default="bilstm_attention")
    arguments.add_argument("--methods", nargs="+", default=[*EITHER, *ALONE], metavar="NAME")
    arguments.add_argument("--fixed", action="store_true")
    arguments.add_argument("--memory", action="store_true")
    arguments.add_argument("--threads", type=int, default=1)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)
    texts = make_texts(given.texts)
    settings = Settings(kind=given.kind, epochs=given.epochs, device="cpu")
    fitted = fit(texts, settings=settings)
    print(
        f"{len(texts)} texts of 10 to 60 tokens, {given.kind}, {given.threads} thread(s); accuracy",
        end=" ",
    )
    print(f"{fitted.metrics['train_accuracy']:.3f} on what it learned from", flush=True)
    if given.memory:
        memory(fitted.model, given.methods)
        return
    for name in given.methods:
        compare(fitted.model, texts, name, given)


if __name__ == "__main__":
    main()

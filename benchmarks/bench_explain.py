"""How fast explaining is: konkyo's batches against a Captum loop over single texts.

Both explain the same texts with the same model, the same Captum and frozen weights. Integrated
gradients are compared with two loops: one doubles its steps by the same rule as konkyo, text by
text (the scores are then the same); one does what can be done without adaptive steps, and takes
for every text the fewest steps, of 8, 16, 32, …, at which all texts meet the tolerance (its
scores differ by what the quadrature is off).

Run it on an idle machine: `python benchmarks/bench_explain.py [--texts N] [--repeats N]`. It
prints tables and judges nothing. Each time is the best of the repeats, which take turns.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from captum.attr import InputXGradient
from captum.attr import IntegratedGradients as CaptumIG

from db.records import Instance, instance_id
from pipeline.explainers.batching import explain
from pipeline.explainers.integrated_gradients import IntegratedGradients
from pipeline.models.batches import Batch, Row, collate
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit

Scores = list[np.ndarray]
Method = Callable[[], Scores]
RULE = IntegratedGradients()


def make_texts(count: int) -> list[Instance]:
    """Texts of 10 to 60 invented words, of which a few tell the label, mostly the right one."""
    random = np.random.default_rng(0)
    frequency = 1 / np.arange(20, 4020)
    found: list[Instance] = []
    for number, length in enumerate(random.integers(10, 61, count).tolist()):
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


def loop(model: TrainedModel, rows: Sequence[Row], one: Callable[..., torch.Tensor]) -> Scores:
    """One text at a time: embed, explain the predicted class, sum over embedding dimensions."""
    found = []
    with frozen(model) as module:
        for row in rows:
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
    print(f"\n{title}\n  {'':32}{'seconds':>9}{'ratio':>8}{'largest difference':>21}")
    for name, spent in seconds.items():
        pairs = zip(found[name], found[ours], strict=True)
        off = max(float(np.abs(a - b).max()) for a, b in pairs)
        print(f"  {name:32}{spent:9.2f}{spent / seconds[ours]:8.2f}{off:21.1e}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--texts", type=int, default=1000)
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


if __name__ == "__main__":
    main()

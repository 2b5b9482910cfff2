"""λ_max of JJᵀ/N against depth: a plain network, residual ones, and those with normalisation.

Networks of one width on Gaussian inputs, fresh, so that what depth does is seen before training
does anything: He's initialisation (2015), biases 0, `--width` units a layer, `--inputs` inputs, `--outputs`
outputs, `--instances` instances. A block of a residual network is x + W ReLU(x), with batch
normalisation after W where there is any, in evaluation mode with the moments of the data.
Depth is the number of hidden layers, or of blocks. The figures to compare with are of another small
run, whose widths and data are not known: compare how they grow. `--part last` takes the gradients by
the weights of the last layer alone. `python benchmarks/bench_health.py
[--seeds N]`; it prints a table and judges nothing. It also says how long a model takes to measure.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from analysis.health.sharpness import largest_eigenvalue
from db.records import Instance
from pipeline.corpus import corpus_path
from pipeline.formats.base import ReadOptions, whole
from pipeline.formats.jsonl import read
from pipeline.health.measure import measure
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.training import fit

DEPTHS = (2, 4, 8, 16)
GIVEN = {
    "MLP": ("242", "310", "341", "288"),
    "ResNet": ("788", "3.6k", "78.6k", "16.2M"),
    "ResNet+BN": ("215", "254", "404", "713"),
}
DEMO = Settings(
    embedding_dim=64, hidden_dim=32, dropout=0.5, weight_decay=0.1, min_count=2, epochs=30, patience=8
)  # fmt: skip


def linear(into: int, out: int) -> nn.Linear:
    """He's initialisation; bias 0."""
    layer = nn.Linear(into, out)
    nn.init.kaiming_normal_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class Block(nn.Module):
    """x + F(x)."""

    def __init__(self, width: int, normal: bool) -> None:
        super().__init__()
        norm: Callable[[], nn.Module] = (
            (lambda: nn.BatchNorm1d(width, momentum=None)) if normal else nn.Identity
        )
        self.inner = nn.Sequential(nn.ReLU(), linear(width, width), norm())

    def forward(self, x: Tensor) -> Tensor:
        """The shortcut and what the block makes."""
        made: Tensor = x + self.inner(x)
        return made


def network(name: str, depth: int, inputs: int, width: int, outputs: int) -> nn.Sequential:
    """One of `GIVEN`."""
    first = [linear(inputs, width), nn.ReLU()]
    if name == "MLP":
        rest = [part for _ in range(depth - 1) for part in (linear(width, width), nn.ReLU())]
        return nn.Sequential(*first, *rest, linear(width, outputs))
    blocks = [Block(width, name == "ResNet+BN") for _ in range(depth)]
    return nn.Sequential(*first, *blocks, linear(width, outputs))


def sharpness_of(net: nn.Sequential, inputs: Tensor, seed: int, part: str) -> float:
    """λ_max of JJᵀ/N, through products; J by the weights of a part."""
    net.train(True)
    with torch.no_grad():
        net(inputs)  # the moments of batch normalisation
    net.train(False)
    weights = list({"all": net, "first": net[0], "last": net[-1]}[part].parameters())
    outputs = net(inputs)
    dual = torch.zeros_like(outputs, requires_grad=True)
    back = torch.autograd.grad(outputs, weights, dual, create_graph=True)

    def product(vector: np.ndarray) -> np.ndarray:
        given = torch.from_numpy(vector).reshape(outputs.shape).to(outputs)
        down = torch.autograd.grad(outputs, weights, given, retain_graph=True)
        pairs = [(b, d) for b, d in zip(back, down, strict=True) if b.requires_grad]
        made, along = zip(*pairs, strict=True)
        (found,) = torch.autograd.grad(made, dual, along, retain_graph=True)
        return (found / len(inputs)).flatten().double().numpy()

    return largest_eigenvalue(product, outputs.numel(), seed, tolerance=1e-2).value


def interval(values: Sequence[float]) -> str:
    """The geometric mean, and where 95% of such means lie: t over seeds, of logarithms."""
    logs = np.log(values)
    middle = np.exp(logs.mean())
    if len(logs) < 2:
        return f"{middle:.4g}"
    from scipy import stats

    half = stats.t.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
    low, high = np.exp([logs.mean() - half, logs.mean() + half])
    return f"{middle:.4g} [{low:.4g}, {high:.4g}]"


def depths(args: argparse.Namespace) -> None:
    """The table."""
    print(
        f"width {args.width}, {args.inputs} inputs, {args.outputs} output(s), {args.instances} instances, "
        f"{args.seeds} seeds, weights: {args.part}; geometric mean [95% interval]"
    )
    print("| network | depth | λ_max | elsewhere | growth | elsewhere |")
    print("|---|---|---|---|---|---|")
    for name, given in GIVEN.items():
        start = 0.0
        for depth, figure in zip(DEPTHS, given, strict=True):
            values = []
            for seed in range(args.seeds):
                torch.manual_seed(seed)
                net = network(name, depth, args.inputs, args.width, args.outputs)
                values.append(
                    sharpness_of(net, torch.randn(args.instances, args.inputs), seed, args.part)
                )
            middle = float(np.exp(np.log(values).mean()))
            start = start or middle
            grown = number(figure) / number(given[0])
            print(
                f"| {name} | {depth} | {interval(values)} | {figure} | {middle / start:.3g} | "
                f"{grown:.3g} |"
            )


def number(figure: str) -> float:
    """3.6k → 3600."""
    return float(figure.rstrip("kM")) * {"k": 1e3, "M": 1e6}.get(figure[-1], 1)


def seconds(repeats: int) -> None:
    """How long the model of the demo, and one of the default size, take to measure."""
    data: list[Instance] = [
        i for i in whole(read(corpus_path(), ReadOptions())).instances if i.label
    ]
    print("| model | instances | wall seconds, best | processor seconds, best |\n|---|---|---|---|")
    for name, settings in (("demo", DEMO), ("default", Settings(epochs=4))):
        made = fit(data, settings=settings, seed=1)
        known = {p.instance_id: p.probabilities for p in predict(made.model, data, "run")}
        walls, processors = [], []
        for _ in range(repeats):
            wall, processor = time.perf_counter(), time.process_time()
            found = measure(made.model, data, made.split, known, 1)
            walls.append(time.perf_counter() - wall)
            processors.append(time.process_time() - processor)
        print(f"| {name} | {found.drawn} | {min(walls):.2f} | {min(processors):.2f} |")


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--inputs", type=int, default=64)
    parser.add_argument("--outputs", type=int, default=1)
    parser.add_argument("--instances", type=int, default=64)
    parser.add_argument("--part", default="all", choices=["all", "first", "last"])
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    depths(args)
    seconds(args.repeats)


if __name__ == "__main__":
    main()

"""What more workers gain: the seeds of teach in this process, in processes, and on a local Ray.

The same runs are trained on each engine, its start and its sending included, and their weights are
compared to the last bit. In this process torch has one thread, and then `--threads` (on a machine
that is busy, threads that wait for each other take many times as long).

Run it on an idle machine: `python benchmarks/bench_engines.py [--seeds N] [--texts N]
[--workers N] [--threads N]`. It prints a table and judges nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence

import torch
from bench_explain import make_texts

from db.errors import KonkyoError
from db.records import Instance
from pipeline.config import EngineSettings
from pipeline.engines import ENGINES
from pipeline.engines.base import cores
from pipeline.engines.opening import open_engine
from pipeline.models.settings import Settings
from pipeline.teaching.training import Trainer, Training
from pipeline.train import Made, Recipe


def parts(seeds: int) -> list[Training]:
    """One plain run a seed, of the size that `teach` has by default, for a fixed time."""
    settings = Settings(epochs=4, patience=4, device="cpu")
    return [
        Training(Recipe(settings, seed, extra={"teach": "vanilla"}), "cpu") for seed in range(seeds)
    ]


def digest(made: Sequence[Made]) -> str:
    """Of all weights and predictions, bit by bit."""
    found = hashlib.sha256()
    for one in made:
        for value in one.fitted.model.module.state_dict().values():
            found.update(value.numpy().tobytes())
        for prediction in one.predictions:
            found.update(prediction.probabilities.tobytes())
    return found.hexdigest()[:12]


def measure(
    name: str, workers: int, data: Sequence[Instance], work: Sequence[Training]
) -> tuple[float, str]:
    """Seconds from nothing to the last result, and what came out."""
    began = time.perf_counter()
    with open_engine(EngineSettings(workers=workers), name) as engine:
        made = list(engine.map(Trainer(data), work))
    return time.perf_counter() - began, digest(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=cores())
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    data, work = make_texts(given.texts), parts(given.seeds)
    print(f"{given.seeds} runs on {given.texts} texts; {cores()} cores, {given.workers} workers\n")
    print(f"{'engine':24} {'seconds':>8} {'gain':>6}  weights and predictions")
    first = 0.0
    for threads in dict.fromkeys((1, given.threads)):
        torch.set_num_threads(threads)
        seconds, made = measure("inprocess", 1, data, work)
        first = first or seconds
        print(
            f"{f'inprocess, {threads} thread(s)':24} {seconds:8.1f} {first / seconds:6.2f}  {made}"
        )
    for name in ENGINES:
        if name == "inprocess":
            continue
        try:
            seconds, made = measure(name, given.workers, data, work)
        except KonkyoError as error:
            print(f"{name:24} {error}")
            continue
        print(f"{name:24} {seconds:8.1f} {first / seconds:6.2f}  {made}")


if __name__ == "__main__":
    main()

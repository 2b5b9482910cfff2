"""How long an epoch of each kind of model takes on the same texts, and how well it learns.

The texts are the Stanford Sentiment Treebank where it stands in `../shared/data/sst` (or in the
folder given by --sst): labelled trees, of which only the root counts, 0 and 1 as negative, 3 and 4
as positive, 2 left out (Socher et al., EMNLP 2013); each file is its own split. Without it, texts
are made up, which says something of seconds and nothing of accuracy.

Run it on an idle machine: `python benchmarks/bench_train.py [--seeds N] [--epochs N] [--texts N]
[--attention NAME …]`. It prints a table and judges nothing. Means and standard deviations are over seeds; seconds an epoch are the
median over all epochs, validation included. The last line is what resuming costs: writing the state
after an epoch, and its size.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from bench_double import WORDS
from bench_explain import make_texts

from db.records import Instance, instance_id
from pipeline.models.progress import store
from pipeline.models.settings import Settings
from pipeline.models.training import Epoch, fit

SST = Path(__file__).parents[2] / "shared" / "data" / "sst"
FILES = {"train": "train.txt", "dev": "dev.txt", "test": "test.txt"}
LEAF = re.compile(r"\(\d ([^()]+)\)")
LABELS = {"0": "negative", "1": "negative", "3": "positive", "4": "positive"}
SIZE = {"embedding_dim": 300, "hidden_dim": 128}


def trees(folder: Path) -> Iterator[Instance]:
    """Each sentence once, in the order of the files, with the label of its root."""
    seen: set[str] = set()
    for split, name in FILES.items():
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            label, words = LABELS.get(line[1:2]), LEAF.findall(line)
            text = " ".join(words)
            if label is None or text in seen:
                continue
            seen.add(text)
            ends = np.cumsum([len(word) + 1 for word in words]) - 1
            spans = np.stack([ends - [len(word) for word in words], ends], axis=1).astype(np.int32)
            made = instance_id("text", text)
            yield Instance(made, "text", text, spans, label=label, split=split)


@dataclass
class Row:
    """What one kind did, seed by seed."""

    accuracy: list[float] = field(default_factory=list)
    f1: list[float] = field(default_factory=list)
    ece: list[float] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    best: list[int] = field(default_factory=list)

    def cells(self) -> str:
        """The row as it is printed."""
        pairs = (self.accuracy, self.f1, self.ece)
        scores = "".join(f"{mean_sd(values):>16}" for values in pairs)
        best = statistics.mean(self.best)
        return f"{statistics.median(self.epochs):9.2f}{scores}{best:9.1f}"


def mean_sd(values: Sequence[float]) -> str:
    spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.3f}{spread}"


def measure(texts: Sequence[Instance], settings: Settings, seeds: int) -> Row:
    """Train with seeds 1 to `seeds`."""
    row = Row()
    for seed in range(1, seeds + 1):
        laps = [time.perf_counter()]
        fitted = fit(texts, settings=settings, seed=seed, on_epoch=stopwatch(laps))
        row.epochs += np.diff(laps).tolist()
        row.accuracy.append(fitted.metrics["test_accuracy"])
        # of the positive class, as Jain & Wallace report it; made-up texts have no such class
        f1 = fitted.metrics.get("test_f1_positive", fitted.metrics["test_macro_f1"])
        row.f1.append(f1)
        row.ece.append(fitted.metrics["test_ece"])
        row.best.append(fitted.best_epoch)
    return row


def stopwatch(laps: list[float]) -> Callable[[Epoch], None]:
    """Notes the time after each epoch."""
    return lambda epoch: laps.append(time.perf_counter())


def resuming(texts: Sequence[Instance], settings: Settings) -> tuple[float, float]:
    """Seconds that an epoch's state takes to write, and its MB."""
    with tempfile.TemporaryDirectory() as folder:
        path, again = Path(folder) / "state", Path(folder) / "again"
        fit(texts, settings=settings, progress=path)
        state = torch.load(path, weights_only=True)
        start = time.perf_counter()
        store(again, state["belongs"], state["state"])
        return time.perf_counter() - start, again.stat().st_size / 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--epochs", type=int, default=8)
    arguments.add_argument("--texts", type=int, default=0, help="of training; 0 is all")
    arguments.add_argument("--attention", nargs="+", default=["additive", "dot"])
    arguments.add_argument("--sst", type=Path, default=SST)
    given = arguments.parse_args()
    real = given.sst.is_dir()
    texts = list(trees(given.sst)) if real else make_texts(given.texts or 1000)
    if real and given.texts:
        learned = [one for one in texts if one.split == "train"]  # in no random order
        drawn = np.random.default_rng(0).permutation(len(learned))[: given.texts]
        texts = [learned[n] for n in drawn] + [one for one in texts if one.split != "train"]
    source = "SST, two classes" if real else "made-up texts"
    print(f"{source}: {len(texts)} texts, {torch.get_num_threads()} threads, {given.seeds} seeds")
    scores = "".join(f"{name:>16}" for name in ("accuracy", "F1", "ECE"))
    print(f"{'kind':20}{'attention':>12}{'s/epoch':>9}{scores}{'best':>9}")
    for kind in WORDS:
        for form in given.attention:
            settings = Settings(
                kind=kind, attention=form, epochs=given.epochs, patience=3, device="cpu", **SIZE
            )
            print(f"{kind:20}{form:>12}{measure(texts, settings, given.seeds).cells()}", flush=True)
    seconds, size = resuming(texts, Settings(epochs=1, device="cpu", **SIZE))
    print(f"\nstate after an epoch of bilstm_attention: {seconds:.2f} s, {size:.0f} MB")


if __name__ == "__main__":
    main()

"""How fast faithfulness is measured: konkyo's stored batches against a loop over texts and shares.

The loop is what users of ERASER's scores or of ferret write: for every text and share, cut the
text, run the model on it, once without the rationale and once with nothing else, and on the whole
text. Both use the same model, the same rationales (one random map) and the operator `drop`. konkyo
is measured with storing every probe in SQLite, and again when everything is stored.

Run it on an idle machine: `python benchmarks/bench_faithfulness.py [--texts N] [--repeats N]`. It
prints a table and judges nothing. Each time is the best of the repeats, which take turns.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from bench_explain import make_texts

from analysis.faithfulness.base import SHARES
from analysis.faithfulness.cut import rationales
from db.ragged import Ragged
from db.records import Instance, ModelRun
from db.store import instances, runs
from db.store.engine import create_database
from pipeline.models.batches import Row, collate
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit
from pipeline.probing import Prober, Wanted


def masks_of(rows: Sequence[Row], seed: int = 0) -> list[np.ndarray]:
    """Tokens removed, bool, shape (N,), over all texts: nothing, then each share, then its rest."""
    rng = np.random.default_rng(seed)
    scores = Ragged.from_rows((rng.random(len(row.ids)) for row in rows), "float64")
    chosen = rationales(scores, scores.with_values(np.zeros(len(scores.values))), SHARES)
    return [np.zeros(len(scores.values), bool), *chosen, *(~one for one in chosen)]


def loop(model: TrainedModel, rows: Sequence[Row], masks: Sequence[np.ndarray]) -> np.ndarray:
    """One text at a time, one share at a time."""
    offsets = np.cumsum([0, *(len(row.ids) for row in rows)])
    found = np.empty((len(masks), len(rows), len(model.labels)), np.float32)
    with torch.no_grad(), frozen(model) as module:
        for at, row in enumerate(rows):
            for number, mask in enumerate(masks):
                left = row.ids[~mask[offsets[at] : offsets[at + 1]]]
                ids = left if len(left) else np.zeros(1, np.int64)
                batch = collate([Row(row.instance_id, ids, len(ids), 0)]).to(model.device)
                found[number, at] = module(batch).logits.softmax(-1)[0].cpu().numpy()
    return found.reshape(-1, len(model.labels))


def wanted_of(rows: Sequence[Row], masks: Sequence[np.ndarray]) -> Wanted:
    """The same as probes."""
    lengths = np.tile([len(row.ids) for row in rows], len(masks))
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return Wanted(np.tile(np.arange(len(rows)), len(masks)), Ragged(np.concatenate(masks), offsets))


def main() -> None:
    """Train quickly, measure in turns, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--texts", type=int, default=300)
    arguments.add_argument("--repeats", type=int, default=3)
    given = arguments.parse_args()
    texts = make_texts(given.texts)
    model = fit(texts, settings=Settings(embedding_dim=100, epochs=1)).model
    rows = model.encode(texts)
    masks = masks_of(rows)
    wanted = wanted_of(rows, masks)
    times: dict[str, list[float]] = {"loop": [], "stored": [], "again": []}
    for _ in range(given.repeats):
        with tempfile.TemporaryDirectory() as folder:
            prober = make_prober(Path(folder), texts, model)
            seconds, expected = timed(lambda: loop(model, rows, masks))
            times["loop"].append(seconds)
            seconds, found = timed(lambda p=prober: p.probe(rows, wanted))
            times["stored"].append(seconds)
            again = Prober.open(prober.engine, "r", model, "drop")
            times["again"].append(timed(lambda p=again: p.probe(rows, wanted))[0])
            measured = prober.measured
            prober.engine.dispose()
    report(times, len(wanted.place), measured, float(np.abs(expected - found).max()))


def make_prober(folder: Path, texts: Sequence[Instance], model: TrainedModel) -> Prober:
    """A fresh database that knows the texts and the run."""
    engine = create_database(f"sqlite:///{folder / 'k.db'}")
    instances.add(engine, texts)
    runs.add(engine, ModelRun("r", "m", model.labels, {}, 0, "", {}, "w"), [])
    return Prober.open(engine, "r", model, "drop")


def timed(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Seconds and what came out."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def report(times: dict[str, list[float]], n: int, measured: int, difference: float) -> None:
    """One row a method."""
    best = {name: min(seconds) for name, seconds in times.items()}
    print(f"{n} probes of which {measured} differ; largest difference {difference:.1e}")
    names = {
        "loop": "loop over texts and shares",
        "stored": "konkyo, stored as they come",
        "again": "konkyo, stored already",
    }
    for name, words in names.items():
        rate, ratio = n / best[name], best["loop"] / best[name]
        print(f"{words:30s} {best[name]:8.2f} s  {rate:10.0f} probes/s  ×{ratio:.1f}")


if __name__ == "__main__":
    main()

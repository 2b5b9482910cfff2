"""How long alignment takes: scores, intervals, memory, and a file that is read in chunks.

Run it: `python benchmarks/bench_align.py [--instances N] [--streamed N]`. Everything is measured in
one run on one machine, in processor seconds. The peer is a plain loop over instances as reference scorers write it, sets
of token positions and spans in Python and scikit-learn's curve; it is measured on a sample and
multiplied up. Nothing here can fail.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.metrics import auc, precision_recall_curve

from analysis.alignment.align import align
from analysis.alignment.base import Cut
from analysis.alignment.compared import laid_on
from analysis.alignment.cut import choose_k
from analysis.alignment.golds import LeftOut, own_masks
from analysis.alignment.order import order_of
from analysis.alignment.ranking import Ranking
from analysis.alignment.spans import Spans
from analysis.alignment.topk import TopK
from db.ragged import Ragged
from db.records import Marks

WORKERS = 60
EACH = 3
SAMPLE = 100
SIZES = (2_500, 5_000, 10_000, 20_000)


def crowd(instances: int) -> tuple[dict[str, Ragged], Marks]:
    """Texts of 20 to 400 tokens, three workers each, and a model that sees what they see."""
    rng = np.random.default_rng(0)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(20, 401, size=instances))])
    truth = rng.normal(size=offsets[-1])
    instance = np.repeat(np.arange(instances), EACH)
    seen = Ragged(truth, offsets).take(instance)
    masks = seen.with_values(
        (seen.values + rng.normal(size=len(seen.values)) > 1.6).astype("uint8")
    )
    first = rng.integers(WORKERS, size=instances)
    worker = (np.repeat(first, EACH) + np.tile(np.arange(EACH), instances)) % WORKERS
    marks = Marks(
        masks,
        instance,
        worker,
        tuple(f"i{i}" for i in range(instances)),
        tuple(f"w{w}" for w in range(WORKERS)),
        persons_known=True,
    )
    scores = (truth + rng.normal(size=len(truth))).astype(np.float32)
    return {"model": Ragged(scores, offsets)}, marks


def spans(places: list[int]) -> list[tuple[int, int]]:
    """Runs of neighbouring tokens as (first, last + 1)."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def peer(scores: Ragged, marks: Marks, rows: int) -> None:
    """Token F1, IoU F1 and the area under the precision–recall curve, one gold after the other."""
    for row in range(rows):
        gold = np.asarray(marks.masks[row])
        mine = np.asarray(scores[int(marks.instance[row])], dtype=np.float64)
        marked = set(np.flatnonzero(gold).tolist())
        if not marked:
            continue
        ranked = sorted(range(len(mine)), key=lambda t: -mine[t])
        chosen = set(ranked[: len(marked)])
        hits = len(chosen & marked)
        _ = 2 * hits / (len(chosen) + len(marked))
        predicted, true = spans(sorted(chosen)), spans(sorted(marked))
        matched = 0
        for a, b in predicted:
            best = 0.0
            for c, d in true:
                shared = len(set(range(a, b)) & set(range(c, d)))
                best = max(best, shared / len(set(range(a, b)) | set(range(c, d))))
            matched += best >= 0.5
        _ = 2 * matched / (len(predicted) + len(true))
        precision, recall, _ = precision_recall_curve(gold, mine)
        auc(recall, precision)


def three_scores(scores: Ragged, marks: Marks) -> None:
    """The same three (and those that come with them) of all golds at once."""
    starts = scores.offsets[:-1]
    rows = np.arange(len(marks.masks))
    golds = own_masks(marks, starts, LeftOut(marks.instance, rows, np.full(len(rows), -1)))
    order = order_of(scores.values, scores.offsets)
    compared = laid_on(order.scores, order, golds)
    cut = Cut(choose_k("instance", golds), "position", 0)
    for family in (TopK(), Spans(), Ranking()):
        family.score(compared, cut)


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Processor seconds of the shortest of some runs, which do not count waiting for others."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def peak() -> float:
    """The most memory this process has held, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(*words: str) -> str:
    """This program with other words in a process of its own."""
    run = subprocess.run(
        [sys.executable, __file__, *words], capture_output=True, text=True, check=False
    )
    return run.stdout.strip() or run.stderr.strip()[-200:]


def write_files(folder: Path, texts: int, words: int) -> None:
    """Texts of so many words, two workers each, and their scores, as JSON lines."""
    rng = np.random.default_rng(0)
    with (folder / "human.jsonl").open("w") as human, (folder / "model.jsonl").open("w") as model:
        for number in range(texts):
            text = f"t{number} " + " ".join(["word"] * (words - 1))
            marks = rng.integers(words, size=2).tolist()
            said = [{"worker": f"w{w}", "marks": [m]} for w, m in enumerate(marks)]
            human.write(json.dumps({"text": text, "annotations": said}) + "\n")
            scores = rng.integers(1000, size=words).tolist()
            model.write(json.dumps({"text": text, "scores": scores}) + "\n")


def stream(folder: str) -> None:
    """Seconds and peak memory of `align --chunk` over the files of a folder, printed."""
    from pipeline.align_chunks import align_in_chunks
    from pipeline.config import AnalysisSettings

    human, model = Path(folder, "human.jsonl"), Path(folder, "model.jsonl")
    settings = AnalysisSettings(bootstrap=0)
    taken = seconds(lambda: align_in_chunks(human, model, settings, 5_000))
    print(f"{taken:.1f} s, peak {peak():.0f} MiB")


def main(instances: int, streamed: int) -> None:
    scores, marks = crowd(instances)
    print(f"{instances:,} instances of 20 to 400 tokens, {EACH} workers each")
    loop = seconds(lambda: peer(scores["model"], marks, SAMPLE)) * len(marks.masks) / SAMPLE
    ours = seconds(lambda: three_scores(scores["model"], marks), 5)
    print(f"token F1, IoU F1, AUPRC: loop {loop:.1f} s, ours {ours:.3f} s, ratio {loop / ours:.0f}")
    plain = seconds(lambda: align(scores, marks, bootstrap=0), 3)
    print(f"all scores, with floors, oracle and people: {plain:.1f} s")
    both = seconds(lambda: align(scores, marks, over=("both",), bootstrap=1000))
    print(f"with 1,000 replicates over both: {both:.1f} s, {both - plain:.1f} s more")
    print("peak memory: ", end="")
    print("; ".join(f"{size:,}: {alone('--memory', str(size))}" for size in SIZES))
    for texts, words in ((streamed // 4, 10), (streamed, 10), (streamed // 4, 40)):
        with tempfile.TemporaryDirectory() as folder:
            write_files(Path(folder), texts, words)
            size = sum(os.path.getsize(Path(folder, n)) for n in os.listdir(folder)) / 2**20
            print(f"{texts:,} texts of {words} words ({size:.0f} MiB) in chunks of 5,000: ", end="")
            print(alone("--stream", folder), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--streamed", type=int, default=1_000_000)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--stream", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory:
        align(*crowd(asked.memory), bootstrap=0)
        print(f"{peak():.0f} MiB")
    elif asked.stream:
        stream(asked.stream)
    else:
        main(asked.instances, asked.streamed)

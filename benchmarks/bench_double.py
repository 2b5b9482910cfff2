"""What an objective made of gradients costs: an epoch with it beside a plain one, kind by kind.

Such an objective differentiates twice: the loss holds derivatives by the embeddings, and the step
needs theirs. Texts are made up, of 20 to 200 words as reviews are; half of the words are marked. An
epoch is passes, terms and steps, without validation.

`python benchmarks/bench_double.py [--texts N] [--repeats N] [--kinds NAME …]`. One thread and
the processor's time of this process, all in turns in one run, of which the median is printed: other
programs move that less than time on the wall, but not by nothing. It prints a table and judges
nothing. A row is a kind: seconds of a plain epoch; of an epoch with each objective the ratio to the
plain one of the same kind and, in brackets, to the fastest plain one of all; and the share of a plain
epoch that is the data loader (drawing rows, making tensors of them, moving them).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from bench_explain import make_texts

from db.records import Instance
from pipeline.models import MODELS
from pipeline.models.batches import HumanTarget, Row, training_batches
from pipeline.models.course import Course
from pipeline.models.one_epoch import one_epoch
from pipeline.models.settings import Settings
from pipeline.models.trained import build
from pipeline.models.vocabulary import Vocabulary
from pipeline.objectives import OBJECTIVES
from pipeline.objectives.base import Weighted

PLAIN, LOADER = "plain", "loader"
TWICE = [name for name in OBJECTIVES if OBJECTIVES.load(name).second_order]
WORDS = [kind for kind in MODELS if MODELS.load(kind).encoding_class is Vocabulary]


def course_of(kind: str, texts: Sequence[Instance], objective: str) -> tuple[Course, list[Row]]:
    """A fresh model of a kind, the objective (or none) and the rows to learn from."""
    settings = Settings(kind=kind, device="cpu")
    encoding = Vocabulary.learn(texts, settings)
    torch.manual_seed(0)
    model = build(settings, encoding, ("even", "odd"), False)
    random = np.random.default_rng(0)
    human = {
        one.id: HumanTarget((random.random(one.n_tokens) < 0.5).astype(np.float32)) for one in texts
    }
    named = [] if objective == PLAIN else [Weighted(objective, 0.1)]
    return Course(model, 0, [(one.load(), one.weight_in) for one in named]), model.encode(
        texts, human
    )


def epoch(course: Course, rows: Sequence[Row]) -> None:
    """One epoch of training."""
    one_epoch(course, {"train": rows})


def load(course: Course, rows: Sequence[Row]) -> None:
    """The batches of an epoch, and nothing learned from them."""
    settings = course.model.settings
    for batch in training_batches(rows, settings.batch_size, course.shuffles):
        batch.to(course.model.device)


def in_turns(
    work: dict[tuple[str, str], Callable[[], None]], repeats: int
) -> dict[tuple[str, str], float]:
    """Median seconds of the processor; the first turn is not counted."""
    found = defaultdict(list)
    for turn in range(repeats + 1):
        for name, one in work.items():
            start = time.process_time()
            one()
            if turn:
                found[name].append(time.process_time() - start)
    return {name: statistics.median(values) for name, values in found.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--texts", type=int, default=160)
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--kinds", nargs="+", default=WORDS)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    texts = make_texts(given.texts, 20, 200)
    work: dict[tuple[str, str], Callable[[], None]] = {}
    for kind in given.kinds:
        for objective in (PLAIN, *TWICE):
            work[kind, objective] = partial(epoch, *course_of(kind, texts, objective))
        work[kind, LOADER] = partial(load, *course_of(kind, texts, PLAIN))
    seconds = in_turns(work, given.repeats)
    fastest = min(seconds[kind, PLAIN] for kind in given.kinds)
    print(f"{given.texts} texts of 20 to 200 words, one thread, {given.repeats} turns")
    print(f"{'kind':18}{'plain, s':>10}" + "".join(f"{name:>20}" for name in TWICE) + "   loader")
    for kind in given.kinds:
        plain = seconds[kind, PLAIN]
        cells = "".join(
            f"{seconds[kind, name] / plain:>11.2f} ({seconds[kind, name] / fastest:6.2f})"
            for name in TWICE
        )
        print(f"{kind:18}{plain:10.3f}{cells}{seconds[kind, LOADER] / plain:9.1%}")


if __name__ == "__main__":
    main()

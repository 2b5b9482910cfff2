"""Which way of selecting helps: pool-based active learning on real data, beside drawing at random.

A simulation: labels of a pool are hidden, a few are known at the start, and every round a model
that learned those known proposes a batch, as `konkyo select` does, whose labels are then known. All
ways start from the same instances and end after as many. What is compared is the area under the
learning curve (a score on the test part over instances labelled, by the trapezoid rule, divided by
the range: a mean score), and its difference from drawing at random, paired by seed.

`python benchmarks/bench_select.py [--data NAME …] [--seeds N] [--rounds N] [--batch N] [--jobs N]
[--quick]`. It prints tables and judges nothing. Intervals are percentiles of a bootstrap over seeds (95%,
with few seeds too narrow); p is that of a paired t-test over seeds, by Holm over the
ways of a data set. `people_disagreement` is told the votes on the whole pool, which nobody has
before asking: what it gains is a bound. The validation part, by which the best epoch is chosen, is
labelled too and not counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from scipy.stats import ttest_rel
from select_data import MAKERS, Source, available
from statsmodels.stats.multitest import multipletests

from db.ragged import Ragged
from db.records import Instance
from pipeline.acquisition import ACQUISITIONS
from pipeline.acquisition.base import FEATURES, MAPS, PEOPLE, Learned, Pool
from pipeline.acquisition.batch import propose
from pipeline.explainers.batching import explain
from pipeline.models.predict import probabilities
from pipeline.models.trained import TrainedModel
from pipeline.models.training import Fitted, fit
from pipeline.select import features_of

EXPLAINERS = ("gradient", "occlusion")
MEASURES = ("test_accuracy", "test_macro_f1")
REPLICATES = 10_000


@dataclass(frozen=True)
class Way:
    """A way of selecting, and whether its batch is spread out."""

    by: str
    diverse: bool

    @property
    def name(self) -> str:
        return self.by if self.diverse else f"{self.by}, not diverse"


RANDOM = Way("random", diverse=False)
"""What every other way is compared with."""


def ways(source: Source) -> list[Way]:
    """Those that the data allow; of two classes entropy orders as margin does."""
    left_out = {"entropy"} if source.n_classes == 2 else set()
    left_out |= set() if source.votes else {"people_disagreement"}
    names = [name for name in ACQUISITIONS if name not in left_out]
    return [RANDOM, Way("margin", diverse=False), *(Way(name, diverse=True) for name in names)]


@cache
def source_of(name: str) -> Source:
    """Read once a process."""
    return MAKERS[name]()


def pool_of(
    source: Source, way: Way, model: TrainedModel, rest: list[Instance], known: list[Instance]
) -> Pool:
    """What `select` would hand to the way."""
    reads = ACQUISITIONS.load(way.by).reads
    said = probabilities(model, model.encode(rest)).astype(np.float64)
    features = features_of(model, rest) if way.diverse or FEATURES in reads else None
    learned, maps, people = None, {}, None
    if FEATURES in reads:
        labels = np.array([model.labels.index(str(one.label)) for one in known])
        learned = Learned(features_of(model, known), labels)
    if MAPS in reads:
        maps = maps_of(model, rest)
    if PEOPLE in reads:
        people = np.stack([source.votes.get(one.id, np.zeros(2)) for one in rest])
        with np.errstate(invalid="ignore"):
            people = people / people.sum(axis=1, keepdims=True)
    return Pool(tuple(one.id for one in rest), said, features, learned, maps, people)


def maps_of(model: TrainedModel, rest: list[Instance]) -> dict[str, Ragged]:
    """Two explainers' scores of every instance."""
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in EXPLAINERS}
    for chunk in explain(model, rest, EXPLAINERS):
        for one in chunk:
            found[one.explainer][one.instance_id] = one.scores
    return {
        name: Ragged.from_rows([of[one.id] for one in rest], "float32")
        for name, of in found.items()
    }


def curve(
    source: Source, way: Way, seed: int, first: Fitted, rounds: int, batch: int
) -> np.ndarray:
    """(rounds + 1, measures): the test scores of each round's model, the `first` being that of all ways."""
    pool, held = source.drawn(seed)
    known, fitted = pool[: source.start], first
    found = [[fitted.metrics[name] for name in MEASURES]]
    for number in range(rounds):
        there = {one.id for one in known}
        rest = [one for one in pool if one.id not in there]
        pool_now = pool_of(source, way, fitted.model, rest, known)
        acquisition = ACQUISITIONS.load(way.by)()
        chosen = propose(
            pool_now, acquisition, batch, diverse=way.diverse, seed=1000 * seed + number
        )
        taken = {one.instance_id for one in chosen.chosen}
        known = known + [one for one in rest if one.id in taken]
        fitted = fit([*known, *held], settings=source.settings, seed=1000 * seed + number + 1)
        found.append([fitted.metrics[name] for name in MEASURES])
    return np.array(found)


def curves_of(name: str, rounds: int, batch: int, seed: int) -> list[np.ndarray]:
    """One seed: the curve of every way, in their order."""
    torch.set_num_threads(1)
    source = source_of(name)
    pool, held = source.drawn(seed)
    first = fit([*pool[: source.start], *held], settings=source.settings, seed=1000 * seed)
    size = batch or source.batch
    return [curve(source, way, seed, first, rounds, size) for way in ways(source)]


def interval(differences: np.ndarray) -> tuple[float, float]:
    """Percentiles of the mean over seeds drawn with replacement."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(differences), (REPLICATES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def table(name: str, curves: np.ndarray, batch: int) -> None:
    """`curves`: (seeds, ways, rounds + 1, measures)."""
    source, named = source_of(name), ways(source_of(name))
    rounds = curves.shape[2] - 1
    last = source.start + rounds * batch
    print(
        f"\n{name}: {source.settings.kind}, {len(curves)} seeds, {source.start} to {last} instances"
        f" labelled, {batch} a round, of {source.parts[0]}"
    )
    area = np.trapezoid(curves, axis=2) / rounds
    for at, measure in enumerate(MEASURES):
        first = curves[:, 0, 0, at].mean()
        print(f"{measure.removeprefix('test_')}: {first:.3f} at the start")
        print(f"  {'way':28}{'last':>7}{'area':>7}   difference from random        p by Holm")
        ps = [ttest_rel(area[:, w, at], area[:, 0, at]).pvalue for w in range(1, len(named))]
        adjusted = [1.0, *multipletests(ps, method="holm")[1].tolist()]
        for w, way in enumerate(named):
            line = f"  {way.name:28}{curves[:, w, -1, at].mean():7.3f}{area[:, w, at].mean():7.3f}"
            if w:
                apart = area[:, w, at] - area[:, 0, at]
                low, high = interval(apart)
                line += f"   {apart.mean():+.4f} [{low:+.4f}, {high:+.4f}]   {adjusted[w]:.3f}"
            print(line)


def main(words: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--data", nargs="+", choices=list(MAKERS), default=list(MAKERS))
    arguments.add_argument("--seeds", type=int, default=7)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--batch", type=int, default=0, help="a round; 0: as the data suit")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--quick", action="store_true", help="two seeds, two rounds")
    given = arguments.parse_args(words)
    seeds, rounds = (2, 2) if given.quick else (given.seeds, given.rounds)
    if seeds < 2 or rounds < 1:
        arguments.error("two seeds and one round at least")
    with ProcessPoolExecutor(given.jobs) as workers:
        for name in available(given.data):
            one = partial(curves_of, name, rounds, given.batch)
            curves = np.array(list(workers.map(one, range(1, seeds + 1))))
            table(name, curves, given.batch or source_of(name).batch)


if __name__ == "__main__":
    main()

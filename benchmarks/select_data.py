"""Data of `bench_select.py`: pool, validation and test of one draw, with votes where there are any.

SST as two classes (Socher et al., EMNLP 2013), the reviews of YELP-HAT with the answers of about three
workers each (Sen et al., ACL 2020), and scikit-learn's digits as rows of 64 numbers. The first two
are read from `../shared/data`; where they are missing they are left out, aloud.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from bench_train import trees
from sklearn.datasets import load_digits

from db.records import Instance
from pipeline.formats.instances import row_instance, text_instance
from pipeline.models.settings import Settings

SHARED = Path(__file__).parents[2] / "shared" / "data"
SST, YELP = SHARED / "sst", SHARED / "yelp_hat"
ANSWERS = {"no": 0, "yes": 1}
TEXTS = Settings(
    kind="mean_attention",
    embedding_dim=64,
    hidden_dim=32,
    dropout=0.3,
    embedding_scale=0.3,
    learning_rate=1e-2,
    batch_size=16,
    epochs=12,
    patience=5,
    device="cpu",
)
ROWS = Settings(
    kind="mlp",
    hidden_dim=32,
    learning_rate=5e-3,
    epochs=40,
    patience=8,
    batch_size=16,
    device="cpu",
)


@dataclass(frozen=True, eq=False)
class Source:
    """Labelled instances and how much of them serves what.

    `parts`: how many are pool, validation and test (None: all that are left); `start`: labelled
    before the first round; `batch`: so many more a round; `votes`: instance → counts of answers, (C,),
    in the order of the sorted labels.
    """

    name: str
    everything: tuple[Instance, ...]
    parts: tuple[int, int, int | None]
    start: int
    batch: int
    settings: Settings
    votes: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def n_classes(self) -> int:
        return len({one.label for one in self.everything})

    def drawn(self, seed: int) -> tuple[list[Instance], list[Instance]]:
        """The pool, those of the start in front, and what is held back: validation and test.

        Instances that have a split keep it; the rest is divided at random.
        """
        order = np.random.default_rng(seed).permutation(len(self.everything))
        shuffled = [self.everything[at] for at in order]
        if any(one.split for one in shuffled):
            groups = [[i for i in shuffled if i.split == s] for s in ("train", "dev", "test")]
        else:
            first, second = self.parts[0], self.parts[0] + self.parts[1]
            groups = [shuffled[:first], shuffled[first:second], shuffled[second:]]
        pool, held, test = (
            [replace(one, split=name) for one in group[:size]]
            for group, size, name in zip(
                groups, self.parts, ("train", "validation", "test"), strict=True
            )
        )
        return begun(pool), held + test


def begun(pool: list[Instance]) -> list[Instance]:
    """The pool with the first of every label in front: what is known at the start names them all."""
    first: dict[str | None, Instance] = {}
    for one in pool:
        first.setdefault(one.label, one)
    names = {one.id for one in first.values()}
    return [*first.values(), *(one for one in pool if one.id not in names)]


def sst() -> Source:
    """6,920 sentences to learn from, of which 1,000 are the pool of a draw."""
    return Source("sst", tuple(trees(SST)), (1000, 200, None), 100, 60, TEXTS)


def yelp() -> Source:
    """Reviews of about 50 and 100 words; an answer that is neither yes nor no is no vote."""
    reviews: dict[str, Instance] = {}
    votes: dict[str, np.ndarray] = {}
    for path in sorted(YELP.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                label = ("negative", "positive")[int(row["Input.label"])]
                one = text_instance(row["Input.text"], {"label": label})
                reviews[one.id] = one
                answer = ANSWERS.get(row["Answer.Q1Answer"])
                if answer is not None:
                    votes.setdefault(one.id, np.zeros(2))[answer] += 1
    return Source("yelp_hat", tuple(reviews.values()), (450, 80, None), 60, 40, TEXTS, votes)


def digits() -> Source:
    """Ten classes, 64 grey values a row."""
    data = load_digits()
    rows = (
        row_instance(
            {f"p{place:02}": float(value) for place, value in enumerate(values)},
            {"label": str(target)},
        )
        for values, target in zip(data.data, data.target, strict=True)
    )
    made = {one.id: one for one in rows}
    return Source("digits", tuple(made.values()), (1000, 150, None), 40, 30, ROWS)


MAKERS: dict[str, Callable[[], Source]] = {"digits": digits, "yelp_hat": yelp, "sst": sst}
FOLDERS = {"sst": SST, "yelp_hat": YELP}


def available(names: Sequence[str]) -> list[str]:
    """Those whose data are there."""
    missing = [name for name in names if name in FOLDERS and not FOLDERS[name].is_dir()]
    for name in missing:
        print(f"{name} is left out: there is no {FOLDERS[name]}")
    return [name for name in names if name not in missing]

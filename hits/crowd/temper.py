"""How simulated workers work: the parameters of their answers, and a crowd drawn from a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from db.errors import UsageError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SHARES = ("accuracy", "recall", "spread", "noise", "careless", "floor")
FROM_ZERO = ("unsteady", "sharpness", "ties", "fatigue")


@dataclass(frozen=True)
class Temper:
    """How one worker works.

    - `accuracy`, [0, 1]: chance of the right answer at the start, where one answer is right.
    - `recall`, [0, 1]: chance to mark a unit of the evidence (a word, a feature, a cell of an
      image) at the start; `spread`, [0, 1]: chance to mark a unit beside a marked one too;
      `noise`, [0, 1]: chance to mark any other unit.
    - `leniency`, points of the scale, any sign: added to every rating; `unsteady`, points, from 0:
      the standard deviation of a rating about what the worker thinks.
    - `careless`, [0, 1]: chance that an item is answered at random, all options alike, and fast.
    - `bias`: option → weight, from 0 (options that are not named: 1). A wrong answer is drawn by
      these weights, and so is an answer to what nobody knows; the chance to be right stays.
    - `side`, log-odds, any sign: how much the first shown choice of a pick is preferred.
    - `sharpness`, from 0: what utilities are multiplied with before a choice is drawn by softmax;
      at 1 that is the model of Bradley and Terry (1952), at 0 all choices are alike.
    - `ties`, from 0: Davidson's (1970) nu, the odds of a tie between two choices that are alike,
      against either of them.
    - `fatigue`, from 0, per item: after t items accuracy and recall are
      `floor + (start - floor)·exp(-fatigue·t)`, with `floor`, [0, 1], or the start where that is
      lower. Ratings and sharpness do not tire.
    """

    accuracy: float
    recall: float
    spread: float
    noise: float
    leniency: float
    careless: float
    unsteady: float = 0.6
    bias: Mapping[str, float] = field(default_factory=dict)
    side: float = 0.0
    sharpness: float = 1.0
    ties: float = 0.0
    fatigue: float = 0.0
    floor: float = 0.5

    def __post_init__(self) -> None:
        """Refuse parameters outside their ranges; UsageError names the parameter."""
        ranges = {**dict.fromkeys(SHARES, 1.0), **dict.fromkeys(FROM_ZERO, math.inf)}
        given = [(name, getattr(self, name), most) for name, most in ranges.items()]
        given += [(f"bias of {name!r}", weight, math.inf) for name, weight in self.bias.items()]
        for name, value, most in given:
            if not 0 <= value <= most:
                wanted = "at least 0" if most == math.inf else f"from 0 to {most:g}"
                raise UsageError(f"a temper's {name} is {value}; give a number {wanted}")

    def after(self, n_items: int) -> Temper:
        """The temper once `n_items` have been done: accuracy and recall of a tired worker."""
        if not self.fatigue:
            return self
        left = math.exp(-self.fatigue * n_items)
        return replace(
            self, accuracy=self._tired(self.accuracy, left), recall=self._tired(self.recall, left)
        )

    def _tired(self, start: float, left: float) -> float:
        floor = min(self.floor, start)
        return floor + (start - floor) * left


@dataclass(frozen=True)
class SimulatedWorker:
    """One worker: the id under which they register, their number in the crowd, their temper."""

    platform_id: str
    temper: Temper
    number: int = 0


def draw_crowd(
    n: int,
    careless_share: float,
    seed: int,
    start: int = 0,
    campaign: str = "",
    options: Sequence[str] = (),
) -> list[SimulatedWorker]:
    """`n` workers, of numbers from `start`, which counts those drawn before in the project.

    Tempers follow from seed and start, leanings from the `options` they are for too. Ids follow
    from seed, start and the campaign, so that projects which share a worker site do not take each
    other's.
    """
    # Drawn apart: a habit or an option more does not give everybody another skill.
    skills = random.Random(f"crowd:{seed}:{start}")
    habits = random.Random(f"habits:{seed}:{start}")
    leanings = random.Random(f"leanings:{seed}:{start}")
    names = random.Random(f"names:{campaign}:{seed}:{start}")
    n_careless = round(n * careless_share)
    return [
        SimulatedWorker(
            "ASIM" + "".join(names.choices(ALPHABET, k=12)),
            replace(
                _temper(skills, habits, float(i < n_careless)),
                bias={option: leanings.lognormvariate(0, 0.5) for option in options},
            ),
            start + i,
        )
        for i in range(n)
    ]


def _temper(skills: random.Random, habits: random.Random, careless: float) -> Temper:
    return Temper(
        accuracy=skills.uniform(0.86, 0.99),
        recall=skills.uniform(0.55, 0.95),
        spread=skills.uniform(0.02, 0.2),
        noise=skills.uniform(0.005, 0.04),
        leniency=skills.gauss(0, 0.4),
        careless=careless,
        side=habits.gauss(0, 0.2),
        sharpness=habits.uniform(0.7, 1.4),
        ties=habits.uniform(0.1, 0.6),
        fatigue=habits.uniform(0, 0.003),
    )

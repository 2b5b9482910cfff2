"""How a model reads rows: numbers standardised, words as one of the words that training saw.

A feature is a unit. A number x is read as (x − mean) / standard deviation over training, so that 0,
which explainers put where a feature is absent, is the mean. A word is read as a 1 at its own place
among K, the most words that any feature has; an unseen word is 0 everywhere.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.records import Instance, InstanceKind
from db.words import counted
from pipeline.models.encoding import Units
from pipeline.models.settings import Settings
from pipeline.models.vocabulary import PRESENT


class Scale(NamedTuple):
    """Mean and standard deviation of a feature that is a number."""

    mean: float
    spread: float


@dataclass(frozen=True)
class Features:
    """`read`: feature → its scale, or the words it has had, sorted; in the order of the first row.

    A row whose features stand in another order is read in its own order, in which people see it
    and mark it; `Units.places` then says where the model has each.
    """

    read: Mapping[str, Scale | tuple[str, ...]]

    kinds: ClassVar[tuple[InstanceKind, ...]] = ("row",)
    unit: ClassVar[str] = "feature"
    file: ClassVar[str] = "features.json"
    removals: ClassVar[tuple[str, ...]] = ("mean_embedding",)

    @classmethod
    def learn(cls, instances: Sequence[Instance], settings: Settings) -> Self:
        """Scales and words of the features that the first row names; all rows must have these."""
        if not instances:
            raise DataError("there are no rows to learn from")
        names = tuple(instances[0].features)
        if not names:
            raise DataError(f"row {instances[0].id} has no features; leave it out")
        for one in instances:
            _check_names(one, names)
        return cls({name: _learned(name, instances) for name in names})

    @property
    def width(self) -> int:
        """K: how many numbers a feature is read as."""
        return max(
            [1, *(len(known) for known in self.read.values() if not isinstance(known, Scale))]
        )

    def units(self, instance: Instance) -> Units:
        """float32 values (F, K); a row with other features, or a word for a number, is refused."""
        _check_names(instance, tuple(self.read))
        values = np.zeros((len(self.read), self.width), dtype=np.float32)
        for place, (name, given) in enumerate(instance.features.items()):
            known = self.read[name]
            if isinstance(known, Scale):
                values[place, 0] = (_number(instance, name, given) - known.mean) / known.spread
            elif _word(given) in known:
                values[place, known.index(_word(given))] = 1
        ids = np.full(len(self.read), PRESENT, dtype=np.int64)
        return Units(ids, len(ids), values=values, places=self._places(tuple(instance.features)))

    def _places(self, names: tuple[str, ...]) -> NDArray[np.int64] | None:
        """None where the names are in the order of the model."""
        if names == tuple(self.read):
            return None
        place = {name: number for number, name in enumerate(self.read)}
        return np.array([place[name] for name in names], dtype=np.int64)

    @property
    def shape(self) -> tuple[int, ...]:
        """Features stand in a line."""
        return ()

    def typical(self) -> None:
        """The mean of a number is 0 here already; a word is absent where all its places are 0."""

    def notes(self, instances: Iterable[Instance]) -> list[str]:
        """Words that training did not see."""
        counts: dict[str, int] = {}
        for one in instances:
            for name, known in self.read.items():
                if isinstance(known, Scale):
                    continue
                if _word(one.features.get(name, "")) not in known:
                    counts[name] = counts.get(name, 0) + 1
        return [
            f"feature {name}: {counted(n, 'row has', 'rows have')} a word that was not seen in "
            "training, read as none"
            for name, n in counts.items()
        ]

    def written(self) -> str:
        """The features as a JSON list of [name, scale or words]."""
        return json.dumps([[name, list(known)] for name, known in self.read.items()], indent=0)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `written` gave."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls({str(name): _known(known) for name, known in content})
        except (OSError, ValueError, TypeError) as problem:
            raise DataError(f"the features {path} cannot be read: {problem}") from problem


def _known(listed: Sequence[str | float]) -> Scale | tuple[str, ...]:
    if all(isinstance(one, str) for one in listed):
        return tuple(str(one) for one in listed)
    mean, spread = map(float, listed)
    return Scale(mean, spread)


def _learned(name: str, instances: Sequence[Instance]) -> Scale | tuple[str, ...]:
    """Words where any row has a word, else the scale; a feature that never changes has spread 1."""
    found = [one.features[name] for one in instances]
    if any(isinstance(value, str) for value in found):
        return tuple(sorted({_word(value) for value in found}))
    numbers = np.array([_number(i, name, v) for i, v in zip(instances, found, strict=True)])
    with np.errstate(over="ignore", invalid="ignore"):
        mean, spread = float(numbers.mean()), float(numbers.std())
    if not (math.isfinite(mean) and math.isfinite(spread)):
        raise DataError(f"the numbers of feature {name!r} are too large to be standardised")
    return Scale(mean, spread if spread > 0 else 1.0)


def _word(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _number(instance: Instance, name: str, value: str | float) -> float:
    if isinstance(value, str):
        raise DataError(
            f"feature {name!r} of row {instance.id} is {value!r}, and training saw numbers alone"
        )
    if not math.isfinite(value):
        raise DataError(f"feature {name!r} of row {instance.id} is no finite number")
    return float(value)


def _check_names(instance: Instance, names: tuple[str, ...]) -> None:
    given = tuple(instance.features)
    if set(given) == set(names):
        return
    missing = [name for name in names if name not in given]
    said = f"has no feature {missing[0]!r}" if missing else ""
    more = [name for name in given if name not in names]
    said = said or f"has a feature {more[0]!r} that others do not have"
    raise DataError(f"row {instance.id} {said}; all rows of a model have the same features")

"""Instances → tensors: encoded rows, bucketed batches to train on, exact ones to explain with.

A batch of texts holds the tokens of both texts in the order of `Instance.tokens`, one position a
token; shorter rows end in padding. Patches of a picture and features of a row stand where tokens
do, all of them in the place of a first text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from db.errors import DataError
from db.records import Instance
from db.words import counted
from pipeline.models.encoding import Encoding, Units
from pipeline.models.vocabulary import PADDING

UNLABELLED = -1
TOKEN_BUDGET = 8192  # tokens a pass: more leaves the caches of a small machine, and is slower
BUCKET = 8  # batches that are sorted by length together: enough to save padding, few enough to mix


@dataclass(frozen=True, eq=False)
class HumanTarget:
    """What people marked: `marks` m, float32, shape (T,), in [0, 1], the share who marked a token.

    All zero means: asked, and nothing marked. An instance that was not asked about has no target.
    `certainty`: float32, shape (T,), in [0, 1), how sure each share is; None where not known.
    """

    marks: NDArray[np.float32]
    certainty: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Row:
    """One instance as numbers: `ids` int64 (T,); tokens of its `first` and `second` text.

    `goal`: float32 (C,), summing to 1, the class probabilities to learn instead of one label;
    `certainty` of the marks in [0, 1]: the mean over the first text, 1 where it is not known;
    `attributes`: float32 (A,), 1 at each known value of an attribute, None where none is read;
    `values`: (T, K), what is read of each unit beside its id, and `places`, (T,): see `Units`.
    """

    instance_id: str
    ids: NDArray[np.int64]
    first: int
    second: int
    label: int = UNLABELLED
    marks: NDArray[np.float32] | None = None
    certainty: float = 1.0
    goal: NDArray[np.float32] | None = None
    attributes: NDArray[np.float32] | None = None
    values: NDArray[Any] | None = None
    places: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows side by side: B rows, T tokens of the longest.

    `ids`: int64 (B, T), padding 0; `first`, `second`: int64 (B,), tokens of each text (second is
    0 where there is none); `labels`: int64 (B,), −1 where unknown; `marks`: float32 (B, T), 0
    beyond a row and where not annotated; `annotated`: bool (B,); `certainty`: float32 (B,), of
    the marks; `goals`: float32 (B, C), class probabilities to learn, None where labels are learned;
    `exact`: all rows have the same `first` and `second`, so that there is no padding;
    `attributes`: float32 (B, A), 1 at each known value, None where no attribute is read;
    `values`: (B, T, K), what is read of units beside their ids: float32 or uint8, 0 where there is
    none, or int64, −1 where there is none; None where ids say it all;
    `places`: int64 (B, T), where the model has each feature of a row, None where all are in order.
    """

    instance_ids: tuple[str, ...]
    ids: Tensor
    first: Tensor
    second: Tensor
    labels: Tensor
    marks: Tensor
    annotated: Tensor
    certainty: Tensor
    exact: bool
    goals: Tensor | None = None
    attributes: Tensor | None = None
    values: Tensor | None = None
    places: Tensor | None = None

    def __len__(self) -> int:
        return len(self.instance_ids)

    @property
    def attended(self) -> Tensor:
        """bool (B, T): tokens of the first text, to which attention may go."""
        positions = torch.arange(self.ids.shape[1], device=self.ids.device)
        return positions < self.first[:, None]

    @property
    def read(self) -> Tensor:
        """(B, T, K): the `values`, for a model that reads units by more than their ids."""
        if self.values is None:
            raise ValueError("the rows of this model have values")
        return self.values

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        return self._map(lambda tensor: tensor.to(device))

    def take(self, rows: Tensor) -> Batch:
        """The given rows, int64 (R,), in the given order (repeats allowed)."""
        names = tuple(self.instance_ids[row] for row in rows.tolist())
        return replace(self._map(lambda tensor: tensor[rows]), instance_ids=names)

    def _map(self, change: Callable[[Tensor], Tensor]) -> Batch:
        return replace(
            self,
            ids=change(self.ids),
            first=change(self.first),
            second=change(self.second),
            labels=change(self.labels),
            marks=change(self.marks),
            annotated=change(self.annotated),
            certainty=change(self.certainty),
            goals=None if self.goals is None else change(self.goals),
            attributes=None if self.attributes is None else change(self.attributes),
            values=None if self.values is None else change(self.values),
            places=None if self.places is None else change(self.places),
        )


def class_of(row: Row) -> int:
    """The class that a row is of: its label, or the likeliest to learn (the first of equal ones)."""
    return int(row.goal.argmax()) if row.goal is not None else row.label


def classes(batch: Batch) -> Tensor:
    """int64 (B,): `class_of` every row, −1 where there is neither a label nor a goal."""
    return batch.labels if batch.goals is None else batch.goals.argmax(-1)


def encode(
    instances: Iterable[Instance],
    encoding: Encoding,
    labels: Sequence[str] = (),
    human: Mapping[str, HumanTarget] | None = None,
) -> list[Row]:
    """Rows in the order of the instances; a label that is not among `labels` is unknown."""
    index = {label: number for number, label in enumerate(labels)}
    return [_row(instance, encoding, index, human or {}) for instance in instances]


def _row(
    instance: Instance,
    encoding: Encoding,
    index: Mapping[str, int],
    human: Mapping[str, HumanTarget],
) -> Row:
    units = encoding.units(instance)
    return Row(
        instance.id,
        units.ids,
        first=units.first,
        second=units.second,
        label=UNLABELLED if instance.label is None else index.get(instance.label, UNLABELLED),
        marks=_marks(instance, units, encoding.unit, human.get(instance.id)),
        certainty=_certainty(instance, units, human.get(instance.id)),
        attributes=units.attributes,
        values=units.values,
        places=units.places,
    )


def _marks(
    instance: Instance, units: Units, unit: str, target: HumanTarget | None
) -> NDArray[np.float32] | None:
    if target is None:
        return None
    if target.marks.shape != units.ids.shape:
        many = {"patch": "patches"}.get(unit, f"{unit}s")
        raise DataError(
            f"the human rationale of instance {instance.id} has shape {target.marks.shape}, "
            f"but the instance has {len(units.ids)} {many}"
        )
    return target.marks


def _certainty(instance: Instance, units: Units, target: HumanTarget | None) -> float:
    """Of the tokens that attention may go to, on average."""
    if target is None or target.certainty is None:
        return 1.0
    if target.certainty.shape != target.marks.shape:
        raise DataError(
            f"the certainty of instance {instance.id} has shape {target.certainty.shape}, "
            f"but its human rationale has {target.marks.shape}"
        )
    return float(target.certainty[: units.first].mean())


def collate(rows: Sequence[Row]) -> Batch:
    """Rows as one padded batch; all rows have a goal, or none has."""
    width = max(len(row.ids) for row in rows)
    ids = np.full((len(rows), width), PADDING, dtype=np.int64)
    marks = np.zeros((len(rows), width), dtype=np.float32)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = row.ids
        if row.marks is not None:
            marks[number, : len(row.ids)] = row.marks
    return Batch(
        instance_ids=tuple(row.instance_id for row in rows),
        ids=torch.from_numpy(ids),
        first=torch.tensor([row.first for row in rows]),
        second=torch.tensor([row.second for row in rows]),
        labels=torch.tensor([row.label for row in rows]),
        marks=torch.from_numpy(marks),
        annotated=torch.tensor([row.marks is not None for row in rows]),
        certainty=torch.tensor([row.certainty for row in rows], dtype=torch.float32),
        goals=_goals(rows),
        attributes=_attributes(rows),
        values=_values(rows, width),
        places=_places(rows, width),
        exact=len({(row.first, row.second) for row in rows}) == 1,
    )


def _goals(rows: Sequence[Row]) -> Tensor | None:
    found = [row.goal for row in rows if row.goal is not None]
    if not found:
        return None
    if len(found) < len(rows):
        lost = len(rows) - len(found)
        have = "has" if lost == 1 else "have"
        raise DataError(f"{lost} of {counted(len(rows), 'row')} {have} no class probabilities")
    return torch.from_numpy(np.stack(found))


def _attributes(rows: Sequence[Row]) -> Tensor | None:
    """Rows of one model: all have attributes, or none has."""
    found = [row.attributes for row in rows if row.attributes is not None]
    return torch.from_numpy(np.stack(found)) if len(found) == len(rows) else None


def _values(rows: Sequence[Row], width: int) -> Tensor | None:
    """Side by side: rows of one model all have values, or none has."""
    found = [row.values for row in rows if row.values is not None]
    if len(found) < len(rows):
        return None
    numbers = max(values.shape[1] for values in found)
    nothing = -1 if np.issubdtype(found[0].dtype, np.signedinteger) else 0
    made = np.full((len(rows), width, numbers), nothing, dtype=found[0].dtype)
    for place, values in enumerate(found):
        made[place, : len(values), : values.shape[1]] = values
    return torch.from_numpy(made)


def _places(rows: Sequence[Row], width: int) -> Tensor | None:
    """None where every row is in the order of the model."""
    if all(row.places is None for row in rows):
        return None
    ordered = np.arange(width)
    return torch.from_numpy(
        np.stack([ordered if row.places is None else row.places for row in rows])
    )


def training_batches(rows: Sequence[Row], size: int, generator: torch.Generator) -> Iterator[Batch]:
    """One epoch: rows shuffled, sorted by length within a few batches, batches shuffled."""
    order = torch.randperm(len(rows), generator=generator).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(order), size * BUCKET):
        pool = sorted(order[start : start + size * BUCKET], key=lambda row: len(rows[row].ids))
        batches += [pool[at : at + size] for at in range(0, len(pool), size)]
    for number in torch.randperm(len(batches), generator=generator).tolist():
        yield collate([rows[row] for row in batches[number]])


def exact_batches(rows: Sequence[Row], token_budget: int) -> Iterator[tuple[list[int], Batch]]:
    """Batches without padding, of at most `token_budget` tokens (one row at least), short first.

    Yields the places of the rows in `rows`, and their batch. Equal lengths need no masks and no
    gathers, which is what makes explaining fast on a CPU.
    """
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        groups[row.first, row.second].append(place)
    for (first, second), places in sorted(groups.items()):
        size = max(1, token_budget // (first + second))
        for start in range(0, len(places), size):
            chosen = places[start : start + size]
            yield chosen, collate([rows[place] for place in chosen])

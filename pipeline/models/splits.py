"""Which instances a model learns from, stops by, and is judged on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from db.errors import DataError
from db.records import Instance

NAMES = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "development": "validation",
    "test": "test",
}
FEWEST = 5  # of a label, so that train, validation and test each get one and train gets most
VALIDATION = 0.1
TEST = 0.2


@dataclass(frozen=True)
class Split:
    """Instance ids by part; `test` may be empty."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]


def split(instances: Sequence[Instance], seed: int) -> Split:
    """Parts as `instance.split` says; instances that say nothing are divided 70/10/20 by label.

    Where the given parts have no validation, an eighth of train becomes it, by label. Every
    instance needs a label, every label a place in train and in validation.
    """
    check(instances)
    random = np.random.default_rng(seed)
    parts: dict[str, str] = {}
    for members in _by_label([one for one in instances if one.split is None]).values():
        rest = _give(parts, "test", members, TEST, random)
        learning = _give(parts, "validation", rest, VALIDATION / (1 - TEST), random)
        parts |= dict.fromkeys((one.id for one in learning), "train")
    parts |= {one.id: _part(one.id, one.split) for one in instances if one.split is not None}
    if "validation" not in parts.values():
        learning = [one for one in instances if parts[one.id] == "train"]
        for members in _by_label(learning).values():
            _give(parts, "validation", members, VALIDATION / (1 - TEST), random)
    _check_labels(instances, parts)
    return Split(
        *(
            tuple(one.id for one in instances if parts[one.id] == part)
            for part in ("train", "validation", "test")
        )
    )


def check(instances: Sequence[Instance]) -> None:
    """Refuse what nothing can be learned from: no labels, one label, the same instance twice."""
    if not instances:
        raise DataError("there are no instances to train on; import some first")
    bare = [instance.id for instance in instances if instance.label is None]
    if bare:
        raise DataError(
            f"{len(bare)} of {len(instances)} instances have no label (the first is {bare[0]}); "
            "leave them out of training"
        )
    labels = {instance.label for instance in instances}
    if len(labels) < 2:
        raise DataError(
            f"every instance has the label {labels.pop()!r}; a classifier needs at least two labels"
        )
    twice = [name for name, n in Counter(instance.id for instance in instances).items() if n > 1]
    if twice:
        raise DataError(f"instance {twice[0]} is given more than once; give each instance once")
    for label, members in _by_label([one for one in instances if one.split is None]).items():
        if len(members) < FEWEST:
            raise DataError(
                f"label {label!r} has {len(members)} instance(s) without a split of their own, and "
                f"dividing them into train, validation and test takes {FEWEST}; add instances, "
                "leave the label out, or give each instance a split"
            )


def _part(instance_id: str, name: str) -> str:
    if name not in NAMES:
        raise DataError(
            f"instance {instance_id} has the split {name!r}; known are {', '.join(NAMES)}"
        )
    return NAMES[name]


def _by_label(instances: Sequence[Instance]) -> dict[str, list[Instance]]:
    """Members of each label in the order of their ids, so that the order of import is nothing."""
    groups: dict[str, list[Instance]] = {}
    for instance in sorted(instances, key=lambda one: one.id):
        groups.setdefault(instance.label or "", []).append(instance)
    return dict(sorted(groups.items()))


def _give(
    parts: dict[str, str],
    part: str,
    members: Sequence[Instance],
    share: float,
    random: np.random.Generator,
) -> list[Instance]:
    """Give a share of the members to a part: at least one, never the last. Returns the others."""
    count = min(max(1, round(share * len(members))), len(members) - 1)
    order = random.permutation(len(members)).tolist()
    parts.update(dict.fromkeys((members[place].id for place in order[:count]), part))
    return [members[place] for place in sorted(order[count:])]


def _check_labels(instances: Sequence[Instance], parts: dict[str, str]) -> None:
    for part in ("train", "validation"):
        present = {one.label for one in instances if parts[one.id] == part}
        for label in sorted({one.label or "" for one in instances}):
            if label not in present:
                raise DataError(
                    f"the {part} part has no instance of label {label!r}; "
                    "mend the splits or leave the label out"
                )

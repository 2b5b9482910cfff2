"""What is left of pictures once they are scored: columns of scores, gold by gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from analysis.alignment.base import Golds
from analysis.alignment.floors import PEOPLE, RANDOM, RESERVED
from analysis.alignment.images.base import ImageScore
from analysis.alignment.images.family import ImageFamily
from analysis.alignment.images.layout import RANDOM_MAP, Cut, Layout, layout_of
from analysis.alignment.jackknife import means_without
from analysis.alignment.prepare import (
    golds_left_out,
    instances_left_out,
    maps_left_out,
)
from analysis.alignment.report import Board, Sample, board_of
from analysis.alignment.scoring import Block, Choices, Column, columns, end_to_end
from analysis.arrays import Floats, Ints
from analysis.resampling import Plan
from db.ragged import Ragged
from db.records import Marks

Key = tuple[str, str, str]


@dataclass(eq=False)
class Kept:
    """Scores of all pictures so far. `whole`, `without`: (policy, metric, subject) → columns, piece
    by piece; those of `without` have one more worker deleted from each gold."""

    scores: Sequence[ImageScore]
    workers: tuple[str, ...]
    persons_known: bool
    choices: Choices
    jackknifes: bool
    whole: dict[Key, list[Column]] = field(default_factory=dict)
    without: dict[Key, list[Column]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    instance: list[Ints] = field(default_factory=list)
    worker: list[Ints] = field(default_factory=list)
    n_rows: int = 0
    excluded: dict[str, int] = field(default_factory=dict)

    def take(self, cuts: Sequence[Cut]) -> None:
        """Score some pictures and keep their scores."""
        layout = layout_of(cuts, self.workers, self.persons_known, self.choices)
        setting, marks = layout.setting, layout.setting.marks
        self._count(instances_left_out(marks))
        for policy, members in self._by_policy().items():
            family = ImageFamily(members, policy, layout)
            for block in setting.golds(policy):
                made = _columns(layout, family, block)
                self._keep(self.whole, policy, made)
                self._leave_out(layout, family, made, block.golds)
            if policy != "each" and self.jackknifes:
                for block in setting.golds(policy, deleting=True):
                    made = _columns(layout, family, block)
                    self._keep(self.without, policy, made)
        self.instance.append(marks.instance + len(self.ids))
        self.worker.append(marks.worker)
        self.ids += marks.instance_ids
        self.n_rows += len(marks.masks)

    def boards(self, plan: Plan) -> list[Board]:
        """All columns under each policy, with what is asked of them."""
        asked = np.bincount(np.concatenate(self.instance), minlength=len(self.ids))
        sample = Sample(asked.astype(np.int64), len(self.workers) if self.persons_known else None)
        return [self._board(policy, sample, plan) for policy in self._by_policy()]

    def columns(self) -> list[Column]:
        """Every metric of every subject, over all pictures."""
        return [end_to_end(pieces) for pieces in self.whole.values()]

    def stub(self) -> Marks:
        """Who was asked about which picture, without the masks."""
        empty = Ragged(np.empty(0, np.uint8), np.zeros(self.n_rows + 1, np.int64))
        instance, worker = np.concatenate(self.instance), np.concatenate(self.worker)
        ids = tuple(self.ids)
        return Marks(empty, instance, worker, ids, self.workers, self.persons_known)

    def _board(self, policy: str, sample: Sample, plan: Plan) -> Board:
        made = [end_to_end(pieces) for key, pieces in self.whole.items() if key[0] == policy]
        subjects = {column.subject for column in made} - set(RESERVED)
        leave_out = None if policy == "each" else partial(self._without, policy, made)
        return board_of(made, subjects, sample, plan, leave_out)

    def _without(self, policy: str, made: Sequence[Column]) -> Floats:
        """The mean of every column without each worker: shape (M, W)."""
        marks, found = self.stub(), list[Floats]()
        for column in made:
            pieces = self.without.get((policy, column.metric, column.subject))
            found.append(means_without(column, end_to_end(pieces) if pieces else None, marks))
        return np.array(found).reshape(len(made), len(self.workers))

    def _by_policy(self) -> dict[str, list[ImageScore]]:
        """Gold policy → the scores that are made with it."""
        found: dict[str, list[ImageScore]] = {}
        for score in self.scores:
            policy = "soft" if score.soft_gold else self.choices.gold_policy
            found.setdefault(policy, []).append(score)
        return found

    def _leave_out(
        self, layout: Layout, family: ImageFamily, made: list[Column], golds: Golds
    ) -> None:
        """Count golds, maps and pixels that nothing is scored with."""
        self._count(golds_left_out(family, golds) | maps_left_out(family, made, golds))
        if family.policy == self.choices.gold_policy:
            self._count(_dropped(layout, golds))

    def _keep(self, into: dict[Key, list[Column]], policy: str, made: list[Column]) -> None:
        """Keep columns, numbered over all pictures, each in a family that holds no picture."""
        families = {score.metric: ImageFamily([score], policy) for score in self.scores}
        for column in made:
            moved = replace(
                column,
                family=families[column.metric],
                instance=column.instance + len(self.ids),
                deleted=np.where(column.deleted < 0, -1, column.deleted + self.n_rows),
            )
            into.setdefault((policy, column.metric, column.subject), []).append(moved)

    def _count(self, counts: dict[str, int]) -> None:
        for reason, count in counts.items():
            self.excluded[reason] = self.excluded.get(reason, 0) + count


def _columns(layout: Layout, family: ImageFamily, block: Block) -> list[Column]:
    """The scores of everybody against the golds of a block: people, maps, oracle, constant."""
    golds, each = block.golds, family.policy == "each"
    beside = columns(layout.setting, [family], block, each=each)
    workers = (layout.setting.marks.worker[golds.row],) if each else ()
    maps = [
        Column(metric, name, family, (found.value,), golds.instance, workers, golds.deleted)
        for name in layout.maps
        for metric, found in family.map_scores(name, golds).items()
    ]
    first = [column for column in beside if column.subject == PEOPLE]
    rest = [column for column in beside if column.subject != PEOPLE]
    return _one_random([*first, *maps, *rest])


def _one_random(made: Sequence[Column]) -> list[Column]:
    """The columns with those of the random maps averaged into one."""
    found, drawn = list[Column](), dict[str, list[Column]]()
    for column in made:
        if column.subject.startswith(RANDOM_MAP):
            drawn.setdefault(column.metric, []).append(column)
        else:
            found.append(column)
    for draws in drawn.values():
        mean = np.mean([column.parts[0] for column in draws], axis=0)
        found.append(replace(draws[0], subject=RANDOM, parts=(mean,)))
    return found


def _dropped(layout: Layout, golds: Golds) -> dict[str, int]:
    """Pixels dropped from golds whose majority tied there."""
    there = np.add.reduceat(layout.pixels, layout.setting.starts)
    lost = there[golds.instance].sum() - layout.pixels[golds.token].sum()
    return {"pixel on which the majority of a gold tied": int(lost)}

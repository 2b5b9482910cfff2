"""A run while it is explained: its model, and what explainers learn of it, are found once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from db.records import Instance, ModelRun, Rationale
from db.store import rationales
from pipeline.engines.base import Engine
from pipeline.engines.inprocess import HERE
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.explainers.effort import laborious
from pipeline.learned import learned, learned_from
from pipeline.models.checkpoint import load
from pipeline.models.trained import TrainedModel
from pipeline.project import Project


@dataclass(frozen=True)
class Part:
    """Instances that lack the same: explainers to explain them by, and the class to explain.

    `target`: None is the class predicted, of each its own; another's rationales are contrasts.
    """

    names: tuple[str, ...]
    instances: Sequence[Instance]
    target: int | None = None


@dataclass(frozen=True, eq=False)
class Explaining:
    """`data`: every instance at hand, explained already or not; `where`: the engine that rationales
    are computed on; `on_progress` gets the number of rationales written, and of all; `on_note` what
    will take long, before it is begun."""

    project: Project
    run: ModelRun
    data: Sequence[Instance]
    on_progress: Callable[[int, int], None] | None = None
    where: Engine = HERE
    on_note: Callable[[str], None] | None = None
    _learned: dict[str, Any] = field(default_factory=dict, init=False)

    @cached_property
    def settings(self) -> ExplainSettings:
        """The options of explainers that the project's settings state."""
        return settings_of(self.project)

    @cached_property
    def model(self) -> TrainedModel:
        """Loaded when it is first asked for."""
        return load(self.project.folder / self.run.weights)

    def learn(self, names: Sequence[str]) -> None:
        """Let those among `names` learn that do and have not yet; a UsageError, before any of them
        does, where the model lacks what one needs."""
        new = self.settings.load([name for name in names if name not in self._learned])
        if new:
            known = learned_from(self.run, self.data)
            self._learned.update(learned(self.project, self.run, self.model, new, known))

    def write(self, parts: Sequence[Part]) -> Iterator[Rationale]:
        """Explain part after part; rationales are stored as they come, and given where new."""
        if self.on_note is not None:
            for one in parts:
                for note in laborious(self.settings.load(one.names), one.instances):
                    self.on_note(note)
        total, written = sum(len(one.names) * len(one.instances) for one in parts), 0
        self.learn([name for one in parts for name in one.names])
        for part in parts:
            for batch in self._batches(part):
                yield from rationales.add(self.project.engine, batch)
                written += len(batch)
                if self.on_progress is not None:
                    self.on_progress(written, total)

    def _batches(self, part: Part) -> Iterator[list[Rationale]]:
        for batch in explain(
            self.model,
            part.instances,
            part.names,
            seed=self.project.settings.project.seed,
            settings=self.settings,
            run_id=self.run.id,
            targets=None if part.target is None else {i.id: part.target for i in part.instances},
            learned=self._learned,
            where=self.where,
        ):
            yield [replace(one, contrast=part.target is not None) for one in batch]


def settings_of(project: Project) -> ExplainSettings:
    """The options of explainers that the settings state."""
    stated = project.settings.explain
    return ExplainSettings(options=stated.options, token_budget=stated.token_budget)

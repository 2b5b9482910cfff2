"""A run while it is explained: its model, and what explainers learn of it, are found once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from db.records import Instance, ModelRun, Rationale
from db.store import rationales
from pipeline.engines.base import Engine
from pipeline.engines.inprocess import HERE
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.explainers.effort import laborious
from pipeline.explainers.keeping import keep
from pipeline.learned import known_of, learned
from pipeline.models.trained import TrainedModel
from pipeline.project import Project
from pipeline.run_model import model_of


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
        return model_of(self.project, self.run)

    def learn(self, names: Sequence[str], unkept: Collection[str] = ()) -> None:
        """Let those among `names` learn that do and have not yet; a UsageError, before any of them
        does, where the model lacks what one needs. `unkept`: see `learned_of`."""
        new = self.settings.load([name for name in names if name not in self._learned])
        if new:
            known = known_of(self.project, self.run, self.data)
            self._learned.update(learned(self.project, self.run, self.model, new, known, unkept))

    def write(self, parts: Sequence[Part], instead: Sequence[str] = ()) -> Iterator[Rationale]:
        """Explain part after part; rationales are stored as they come, and given where new.

        `instead`: explainers that every part has, whose stored rationales, and what they kept, make
        way for the new. That happens when the first batch has been computed, as it is stored;
        until then all stays as it was.
        """
        if self.on_note is not None:
            for one in parts:
                for note in laborious(self.settings.load(one.names), one.instances):
                    self.on_note(note)
        total, written = sum(len(one.names) * len(one.instances) for one in parts), 0
        self.learn([name for one in parts for name in one.names], unkept=instead)
        for batch in (batch for part in parts for batch in self._batches(part)):
            yield from self._stored(batch, () if written else instead)
            written += len(batch)
            if self.on_progress is not None:
                self.on_progress(written, total)

    def _stored(self, batch: Sequence[Rationale], instead: Sequence[str]) -> list[Rationale]:
        """Store a batch, where there are explainers in `instead` in place of all that they made."""
        if not instead:
            return rationales.add(self.project.engine, batch)
        keep(self.project.folder / self.run.weights, self.settings.load(instead), self._learned)
        return rationales.replace(self.project.engine, self.run.id, instead, batch)

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


def settings_as_stored(project: Project, run: ModelRun, names: Sequence[str]) -> ExplainSettings:
    """`settings_of`, but those among `names` that the run has rationales of are asked as they were
    for those: what they kept beside the weights fits, and is not written anew."""
    there = {name: rationales.options(project.engine, run.id, name) for name in names}
    stored = {name: found[0] for name, found in there.items() if found}
    stated = settings_of(project)
    return replace(stated, options={**stated.options, **stored})

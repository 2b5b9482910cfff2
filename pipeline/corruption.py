"""The corruption test: replace one token so that the prediction loses by construction, and explain.

The replacement is found by search: of some positions and some words of the vocabulary, drawn by
the instance's own seed, the pair that lowers the probability of the predicted class most. What
does not lower it by the amount asked for is no corruption and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.faithfulness.base import FaithfulnessResult
from analysis.faithfulness.corruption import (
    LOWEST,
    NO_SIGN,
    SCALES,
    at_ends,
    by_chance,
    found,
)
from analysis.faithfulness.means import means, plan_of
from db.errors import KonkyoError, UsageError
from db.ragged import Ragged
from db.records import Estimate, Instance, ModelRun, instance_id
from db.store import runs
from db.words import counted
from pipeline.controls import explained
from pipeline.explaining import settings_as_stored
from pipeline.faithfulness import explainers_of, instances_of
from pipeline.learned import known_to, learned
from pipeline.models.batches import Row
from pipeline.models.predict import probabilities
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import TrainedModel
from pipeline.models.vocabulary import SPECIAL, normalise
from pipeline.project import Project
from pipeline.run_model import model_of

LEAST_DROP = 0.2
POSITIONS, WORDS = 10, 10
"""How many positions of a text, and how many words, are tried with each other."""
AT_ONCE = 200
"""Instances that are searched together."""
CHANCE, FIRST, LAST = "chance", "first token", "last token"
WRAPPED = re.compile(r"(\W*)(.*?)(\W*)", re.DOTALL)
TOO_LITTLE = "text in which no replacement tried lowers the prediction enough"


@dataclass(frozen=True)
class CorruptionRequest:
    """What the user asked for; `drop`: how much the prediction must lose, above 0 and below 1."""

    run: str | None = None
    explainers: tuple[str, ...] = ()
    split: str | None = None
    sample: int | None = None
    drop: float = LEAST_DROP


@dataclass(frozen=True, eq=False)
class Corrupted:
    """`instance` is `original` with `word` at token `position`; the probability of the class
    `target`, predicted for the original, was `before` and is `after`."""

    original: Instance
    instance: Instance
    position: int
    word: str
    target: int
    before: float
    after: float


@dataclass(frozen=True)
class CorruptionResult:
    """`corrupted` are the texts that were made; `searched`: among how many."""

    run: ModelRun
    result: FaithfulnessResult
    corrupted: tuple[Corrupted, ...]
    searched: int


def corruption(
    project: Project,
    request: CorruptionRequest,
    on_progress: Callable[[int, int], None] | None = None,
) -> CorruptionResult:
    """Make corrupted texts, explain them, and say how often each explainer finds the token.

    Nothing is stored: the same seed finds the same replacements again. Explainers have the options
    that their stored rationales were made with, those of the settings where none are stored.
    """
    if not 0 < request.drop < 1:
        raise UsageError(f"--amount lies above 0 and below 1, not at {request.drop:g}")
    run = runs.find(project.engine, request.run)
    names = explainers_of(project, request.explainers)
    chosen = instances_of(project, run.kind, request.split, request.sample)
    model = model_of(project, run)
    seed = project.settings.project.seed
    made: list[Corrupted] = []
    for start in range(0, len(chosen), AT_ONCE):
        made += corrupt(model, chosen[start : start + AT_ONCE], seed, request.drop)
        if on_progress is not None:
            on_progress(min(start + AT_ONCE, len(chosen)), len(chosen))
    made = list({one.instance.id: one for one in made}.values())
    if not made:
        raise KonkyoError(
            f"in none of {counted(len(chosen), 'text')} a replacement was found that lowers the "
            f"prediction by {request.drop}; ask for less with --amount, or take more texts"
        )
    estimates = _estimates(project, run, model, made, names)
    left = len(chosen) - len(made)
    result = FaithfulnessResult(estimates, (), {TOO_LITTLE: left} if left else {}, _notes(request))
    return CorruptionResult(run, result, tuple(made), len(chosen))


def corrupt(
    model: TrainedModel, instances: Sequence[Instance], seed: int, drop: float = LEAST_DROP
) -> list[Corrupted]:
    """The strongest replacement tried in each text, where it lowers the prediction by `drop`.

    What is kept is judged on the corrupted text itself, encoded anew.
    """
    rows = model.encode(instances)
    whole = probabilities(model, rows)
    words = _words(model)
    tried = [_tries(row, words, seed) for row in rows]
    variants = [
        variant for row, own in zip(rows, tried, strict=True) for variant in _rows(row, own)
    ]
    if not variants:
        return []
    values = probabilities(model, variants)
    made, start = [], 0
    for instance, own, before in zip(instances, tried, whole, strict=True):
        target, stop = int(before.argmax()), start + len(own)
        if stop > start:
            position, word = own[int(values[start:stop, target].argmin())].tolist()
            text = model.vocabulary.words[word - SPECIAL]
            changed = replaced(instance, position, text)
            p = float(before[target])
            made.append(Corrupted(instance, changed, position, text, target, p, p))
        start = stop
    after = probabilities(model, model.encode(one.instance for one in made))
    settled = [
        replace(one, after=float(values[one.target]))
        for one, values in zip(made, after, strict=True)
    ]
    return [one for one in settled if one.before - one.after >= drop]


def replaced(instance: Instance, position: int, word: str) -> Instance:
    """The instance with another word at a token; punctuation around the token stays.

    It has no label, since nobody knows that of the new text, and no split of its own.
    """
    first = len(instance.offsets)
    if position < first or instance.offsets_pair is None or instance.text_pair is None:
        text, offsets = _spliced(instance.text, instance.offsets, position, word)
        changed = replace(instance, text=text, offsets=offsets)
    else:
        at = position - first
        text, offsets = _spliced(instance.text_pair, instance.offsets_pair, at, word)
        changed = replace(instance, text_pair=text, offsets_pair=offsets)
    identity = instance_id(changed.kind, changed.text, changed.text_pair)
    return replace(changed, id=identity, label=None, split=None, attributes={})


def _spliced(
    text: str, offsets: NDArray[np.int32], at: int, word: str
) -> tuple[str, NDArray[np.int32]]:
    start, end = (int(value) for value in offsets[at])
    wrapped = WRAPPED.fullmatch(text[start:end])
    before, after = (wrapped[1], wrapped[3]) if wrapped and wrapped[2] else ("", "")
    new = before + word + after
    moved = offsets.copy()
    moved[at, 1] = start + len(new)
    moved[at + 1 :] += len(new) - (end - start)
    return text[:start] + new + text[end:], moved


def _words(model: TrainedModel) -> NDArray[np.int64]:
    """Ids of the words that can stand in a text as they are: letters alone."""
    fit = [
        number + SPECIAL
        for number, word in enumerate(model.vocabulary.words)
        if word.isalpha() and normalise(word) == word
    ]
    return np.array(fit, dtype=np.int64)


def _tries(row: Row, words: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Positions and words to try, int64, shape (at most 100, 2); a token is not its own."""
    rng = instance_generator(seed, "corruption", row.instance_id)
    places = rng.permutation(len(row.ids))[:POSITIONS]
    drawn = rng.permutation(words)[:WORDS]
    tried = np.stack([np.repeat(places, len(drawn)), np.tile(drawn, len(places))], axis=1)
    return np.asarray(tried[row.ids[tried[:, 0]] != tried[:, 1]], np.int64)


def _rows(row: Row, tried: NDArray[np.int64]) -> Iterator[Row]:
    ids = np.repeat(row.ids[None, :], len(tried), axis=0)
    ids[np.arange(len(tried)), tried[:, 0]] = tried[:, 1]
    for own in ids:
        yield replace(row, ids=own, marks=None)


def _estimates(
    project: Project,
    run: ModelRun,
    model: TrainedModel,
    made: Sequence[Corrupted],
    names: Sequence[str],
) -> tuple[Estimate, ...]:
    """How often each explainer finds the token: of the class predicted before the replacement."""
    seed, settings = project.settings.project.seed, project.settings.analysis
    shown = [one.instance for one in made]
    targets = {one.instance.id: one.target for one in made}
    asked = settings_as_stored(project, run, names)
    explainers = asked.load(names)
    known = known_to(project, run, explainers)
    scores = explained(
        model,
        shown,
        (*names, "random"),
        seed,
        targets,
        settings=asked,
        learned=learned(project, run, model, explainers, known),
    )
    replaced_at = np.array([one.position for one in made], dtype=np.int64)
    lengths = np.array([i.n_tokens for i in shown], dtype=np.int64)
    of = {
        name: found(Ragged.from_rows((own[i.id] for i in shown), "float64"), replaced_at)
        for name, own in scores.items()
    }
    first, last = at_ends(lengths, replaced_at)
    floors = {CHANCE: by_chance(lengths), FIRST: first, LAST: last}
    of |= {name: dict.fromkeys(SCALES, values) for name, values in floors.items()}
    plan = plan_of(len(made), settings.bootstrap, seed, settings.confidence)
    estimates = [e for name, own in of.items() for e in means(plan, own, SCALES, name)]
    return tuple(
        replace(e, note=NO_SIGN) if e.value is None and e.name == LOWEST else e for e in estimates
    )


def _notes(request: CorruptionRequest) -> tuple[str, ...]:
    made = (
        f"one token was replaced so that the predicted class lost at least {request.drop:g}: the "
        f"best of {POSITIONS} positions and {WORDS} words of the vocabulary"
    )
    judged = (
        "found lowest: the token has the lowest score for the class predicted before; found "
        "strongest: the highest absolute score"
    )
    return made, judged

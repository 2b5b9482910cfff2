"""Training a model on labelled instances, with human rationales where an objective asks for them.

Cross-entropy is that of the labels given, or of what people said of the label (`LabelGoals`).
Validation and test are always scored on the labels given. The loop itself is in `loop`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from db.errors import ConfigError, UsageError
from db.records import Instance
from db.words import counted
from pipeline.models.base import Pretrained, Worded
from pipeline.models.batches import UNLABELLED, HumanTarget, Row
from pipeline.models.beside import takes_unlabelled
from pipeline.models.course import Course, Epoch
from pipeline.models.goals import LabelGoals, check_goals, toward
from pipeline.models.judgement import Judged
from pipeline.models.loop import judged, run
from pipeline.models.memory import enough_memory
from pipeline.models.progress import restore, store
from pipeline.models.settings import Settings
from pipeline.models.splits import Split, split
from pipeline.models.suited import check_marked, check_sampling, loaded
from pipeline.models.threads import threads_for
from pipeline.models.trained import TrainedModel, build, choose_device, encoding_of
from pipeline.models.vectors import read_vectors
from pipeline.objectives.base import Weighted

__all__ = ["Epoch", "Fitted", "check_suited", "classes_of", "fit", "parts_of"]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model and how it came about.

    `metrics` are flat: `train_accuracy`, `validation_auc`, `test_macro_f1`, …; one that is
    undefined (the AUC of a part with one label) is absent, and `notes` says so of an AUC.
    `judged`: part → the same with calibration and confusion; a part may be empty, and absent.
    `stopped`: that the training diverged and what was kept of it, "" where it did not.
    """

    model: TrainedModel
    history: tuple[Epoch, ...]
    best_epoch: int
    metrics: Mapping[str, float]
    split: Split
    notes: tuple[str, ...]
    judged: Mapping[str, Judged]
    stopped: str = ""


def fit(
    instances: Sequence[Instance],
    *,
    settings: Settings = Settings(),
    labels: Sequence[str] | None = None,
    objectives: Sequence[Weighted] = (),
    human: Mapping[str, HumanTarget] | None = None,
    goals: LabelGoals | None = None,
    unlabelled: Sequence[Instance] = (),
    seed: int = 0,
    on_epoch: Callable[[Epoch], None] | None = None,
    progress: Path | None = None,
) -> Fitted:
    """Train on `instances`, each with a label; see `split` for what is left out for judging.

    `labels` gives the order of the classes (default: sorted). `human` targets of instances that
    are not in the training part are never looked at; nor are their `goals`. Training instances
    without a goal are left out where there are `goals`. The same seed gives the same model on the
    same machine (on CUDA, to rounding); torch's random state is left as it was found. `unlabelled`
    instances teach the terms that read no label (`word_vat`), and are left aside where there is
    none; what label they may have is not read.

    `progress`: a file that is written after every epoch, and that the same call goes on from where
    it was interrupted, to the same weights; it stays behind, for whoever saves the model to remove.
    """
    parts = parts_of(instances, settings, seed)
    by_id = {instance.id: instance for instance in instances}
    learning = [by_id[name] for name in parts.train if goals is None or name in goals.goals]
    check_goals(goals, learning)
    notes: list[str] = []
    device = choose_device(settings.device)
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        model = _fresh(instances, learning, settings, labels)
        _start(model, notes)
        check_sampling(model)
        model.module.to(device)
        rows = {
            "train": model.encode(learning, human),
            "validation": model.encode(by_id[name] for name in parts.validation),
            "test": model.encode(by_id[name] for name in parts.test),
        }
        learned = rows | {"train": toward(goals, rows["train"], len(model.labels))}
        further = loaded(objectives, model)
        check_marked(objectives, rows["train"])
        if any(takes_unlabelled(one) for one, _ in further):
            learned |= {"unlabelled": _unlabelled(model, unlabelled)}
        course = Course(model, seed, further)
        belongs = _belongs(model, learned, objectives, seed)
        _continued(course, progress, belongs, notes)

        def after(epoch: Epoch, course: Course) -> None:
            if progress is not None:
                store(progress, belongs, course.state())
            if on_epoch is not None:
                on_epoch(epoch)

        with (
            enough_memory(learned["train"], settings.batch_size),
            threads_for(model.module, device),
        ):
            stopped = run(course, learned, after)
    found = {part: judged(model, members) for part, members in rows.items() if members}
    metrics = {
        n: v for part, one in found.items() for n, v in one.named(part, model.labels).items()
    }
    notes += [stopped] if stopped else []
    notes += _notes(model, instances, metrics)
    best = course.best.number if course.best else 0
    return Fitted(model, tuple(course.history), best, metrics, parts, tuple(notes), found, stopped)


def check_suited(
    instances: Sequence[Instance],
    *,
    settings: Settings,
    losses: Sequence[Sequence[Weighted]],
    seed: int,
) -> None:
    """Refuse what `fit` would refuse of the further terms of each of these losses; nothing is trained.

    A model is built for it with fresh weights, since what some offer depends on their settings.
    """
    training = set(parts_of(instances, settings, seed).train)
    learning = [one for one in instances if one.id in training]
    with torch.random.fork_rng([]):
        model = _fresh(instances, learning, settings)
    check_sampling(model)
    for terms in losses:
        loaded(terms, model)


def _fresh(
    instances: Sequence[Instance],
    learning: Sequence[Instance],
    settings: Settings,
    labels: Sequence[str] | None = None,
) -> TrainedModel:
    """A model of the classes of `instances`, that reads what is in those that it learns."""
    encoding = encoding_of(settings.kind).learn(learning, settings)
    pair = any(one.text_pair is not None for one in instances)
    return build(settings, encoding, classes_of(instances, labels), pair)


def _unlabelled(model: TrainedModel, given: Sequence[Instance]) -> list[Row]:
    """Rows of instances whose label is not read."""
    return [replace(row, label=UNLABELLED) for row in model.encode(given)]


def _continued(
    course: Course, progress: Path | None, belongs: Mapping[str, str], notes: list[str]
) -> None:
    """Go on with what an interrupted training left, if it left anything."""
    state = None if progress is None else restore(progress, belongs)
    if state is not None:
        course.resume(state)
        notes.append(f"continued after epoch {len(course.history)} of an interrupted training")


def _belongs(
    model: TrainedModel,
    rows: Mapping[str, Sequence[Row]],
    objectives: Sequence[Weighted],
    seed: int,
) -> dict[str, str]:
    """What an interrupted training must share with this one to be continued, as hashes."""
    content = hashlib.sha256()
    for row in (one for part in rows.values() for one in part):
        content.update(f"{row.instance_id} {row.label}".encode() + row.ids.tobytes())
        for values in (row.marks, row.goal, row.attributes, row.values):
            content.update(b"" if values is None else values.tobytes())
    decided = [one.decided() for one in objectives]
    shapes = {name: list(value.shape) for name, value in model.module.state_dict().items()}
    told = {
        Path(model.encoding.file).stem: model.encoding.written(),
        "shape": shapes,
        "settings": model.settings.as_mapping(),
        "labels": model.labels,
        "objectives": decided,
        "seed": seed,
    }
    hashes = {
        name: hashlib.sha256(json.dumps(value).encode()).hexdigest() for name, value in told.items()
    }
    return {**hashes, "data": content.hexdigest()}


def _notes(
    model: TrainedModel, instances: Sequence[Instance], metrics: Mapping[str, float]
) -> list[str]:
    """What is undefined, and what the model does not know."""
    notes = [
        f"no AUC for {part}: it takes instances of at least two labels"
        for part in ("train", "validation", "test")
        if f"{part}_auc" not in metrics
    ]
    return notes + model.encoding.notes(instances)


def parts_of(instances: Sequence[Instance], settings: Settings, seed: int) -> Split:
    """The split that a run with this seed has."""
    return split(instances, seed if settings.split_seed is None else settings.split_seed)


def classes_of(
    instances: Sequence[Instance], labels: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The labels of the instances in the order of the classes: as given, or sorted."""
    found = sorted({instance.label for instance in instances if instance.label is not None})
    if labels is None:
        return tuple(found)
    if sorted(labels) != found:
        raise UsageError(
            f"the labels given ({', '.join(labels)}) are not those of the instances "
            f"({', '.join(found)})"
        )
    return tuple(labels)


def _start(model: TrainedModel, notes: list[str]) -> None:
    """Start from weights on disk, or from word vectors where the settings name a file.

    Words that the file does not have keep random vectors.
    """
    if isinstance(model.module, Pretrained):
        notes.append(model.module.start(model.labels))
    if model.settings.vectors is None:
        return
    settings = model.settings
    if not isinstance(model.module, Worded):
        raise ConfigError(f"[model] vectors cannot be used with kind {settings.kind!r}")
    vocabulary = model.vocabulary
    vectors = read_vectors(Path(model.settings.vectors), vocabulary, settings.embedding_dim)
    model.module.set_embeddings(torch.from_numpy(vectors.ids), torch.from_numpy(vectors.values))
    notes.append(f"word vectors for {len(vectors.ids)} of {counted(len(vocabulary.words), 'word')}")

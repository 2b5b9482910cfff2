"""The words everyone speaks: frozen dataclasses that travel between the layers.

Arrays inside records are numpy arrays whose dtype and shape the docstring states. Identifiers are
strings. Money is `Decimal`. Times are aware datetimes in UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from db.ragged import Ragged

InstanceKind = Literal["text", "pair", "image", "row"]
ItemRole = Literal["regular", "check", "repeat", "practice"]
Environment = Literal["local", "sandbox", "production", "imported"]
CampaignState = Literal["planned", "publishing", "open", "closed"]
AssignmentStatus = Literal["Submitted", "Approved", "Rejected"]
IntentState = Literal["pending", "done", "failed"]
LedgerKind = Literal["reserved", "spent", "returned"]
Over = Literal["units", "workers", "both", "seeds"]
ArmRole = Literal["baseline", "taught", "control", "part", "candidate"]


NO_TOKENS: NDArray[np.int32] = np.empty((0, 2), dtype=np.int32)
"""The offsets of what has no text: an image, a row."""


@dataclass(frozen=True, eq=False)
class Instance:
    """One input, kept as it was, with the units that every answer refers to.

    text, pair: `offsets`: int32, shape (T, 2), half-open code-point spans of the tokens in `text`,
    in order; `offsets_pair` likewise for `text_pair` (a pair counts its tokens on: T1 + T2 in all).
    image: `image` is the file as it was imported (None where a read left it out), `media_type` its
    type ("image/png", …), `size` = (width, height) in pixels as people see them.
    row: `features`, name → words or number, in the order of the file.
    Images and rows have the text "" and `NO_TOKENS`. `label` and `split` describe the instance
    and are no part of its identity.
    """

    id: str
    kind: InstanceKind
    text: str
    offsets: NDArray[np.int32]
    text_pair: str | None = None
    offsets_pair: NDArray[np.int32] | None = None
    label: str | None = None
    split: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    image: bytes | None = None
    media_type: str = ""
    size: tuple[int, int] | None = None
    features: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def tokens(self) -> list[str]:
        """Tokens of the first text and then of the second, as they stand in the texts."""
        first = [self.text[a:b] for a, b in self.offsets.tolist()]
        if self.text_pair is None or self.offsets_pair is None:
            return first
        return first + [self.text_pair[a:b] for a, b in self.offsets_pair.tolist()]

    @property
    def n_tokens(self) -> int:
        """Tokens in both texts together."""
        return len(self.offsets) + (0 if self.offsets_pair is None else len(self.offsets_pair))

    @property
    def n_units(self) -> int:
        """What can be marked: tokens of a text or pair, pixels of an image, features of a row."""
        if self.kind == "image":
            return 0 if self.size is None else self.size[0] * self.size[1]
        return len(self.features) if self.kind == "row" else self.n_tokens


def instance_id(
    kind: InstanceKind,
    content: str | bytes | Mapping[str, str | float],
    text_pair: str | None = None,
) -> str:
    """The identity of an instance: 24 hex digits of SHA-256 over its kind and content.

    `content` is the text (a pair's second text beside it), the bytes of an image's file, or a
    row's features: their names and values count in their order, the number 1.0 is not the word
    "1.0", and 1 is 1.0.
    """
    digest = hashlib.sha256(kind.encode())
    parts = _parts(content) if text_pair is None else [*_parts(content), *_parts(text_pair)]
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()[:24]


def _parts(content: str | bytes | Mapping[str, str | float]) -> list[bytes]:
    """Content as byte strings, of which the lengths are hashed too."""
    if isinstance(content, bytes):
        return [content]
    if isinstance(content, str):
        return [content.encode("utf-8", "surrogatepass")]
    pairs = ((k, "s" + v if isinstance(v, str) else f"n{float(v)!r}") for k, v in content.items())
    return [part for pair in pairs for text in pair for part in _parts(text)]


@dataclass(frozen=True)
class ModelRun:
    """A trained model: how it was made, on what, how well it does, where its weights are.

    `metrics` are flat (name → number); `labels` are in the order of the class probabilities;
    `weights` is a path relative to the project's folder.
    """

    id: str
    kind: str
    labels: tuple[str, ...]
    settings: Mapping[str, Any]
    seed: int
    data_hash: str
    metrics: Mapping[str, float]
    weights: str
    objective: str = "cross_entropy"
    created_at: datetime | None = None


@dataclass(frozen=True)
class TeachingArm:
    """One way of training in an experiment, and its run of every seed.

    `role`: "baseline" (plain training), "taught", "control" (with rationales that say nothing),
    "part" (with a `fraction` of the human rationales), or "candidate" (taught with weights that were
    not chosen). `of`: the taught arm that all but the first two belong to. `loss`: in words;
    `runs`: run ids, in the order of the experiment's seeds; of a candidate, those that diverged in
    their first epoch are nowhere else.
    """

    name: str
    role: ArmRole
    loss: str
    runs: tuple[str, ...]
    of: str = ""
    fraction: float = 1.0


@dataclass(frozen=True)
class TeachingPlan:
    """A teaching experiment on the rationales of a campaign: its seeds and its arms.

    Runs are named before they are trained, so that one which was interrupted can be told from one
    that is whole. The id follows from all but the time. `settings` hold what all arms share: whose
    labels and which rationales are learned.
    """

    id: str
    campaign_id: str
    seeds: tuple[int, ...]
    arms: tuple[TeachingArm, ...]
    settings: Mapping[str, Any]
    made_at: datetime | None = None


@dataclass(frozen=True, eq=False)
class Prediction:
    """Class probabilities of a run on an instance: float32, shape (C,), summing to 1."""

    run_id: str
    instance_id: str
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Probe:
    """Class probabilities of a run on an instance of which a part was removed.

    `removal` names the operator (drop, mask_token, mean_embedding); `removed`: bool, shape (U,),
    the units taken away; `probabilities`: float32, shape (C,), summing to 1. The id follows from
    all but the probabilities (`probe_id`).
    """

    id: str
    run_id: str
    instance_id: str
    removal: str
    removed: NDArray[np.bool_]
    probabilities: NDArray[np.float32]


def probe_id(run_id: str, instance_id: str, removal: str, removed: NDArray[np.bool_]) -> str:
    """24 hex digits, the same whenever the same units are removed in the same way."""
    said = f"{run_id}\n{instance_id}\n{removal}\n{len(removed)}\n".encode()
    return hashlib.sha256(said + np.packbits(removed).tobytes()).hexdigest()[:24]


@dataclass(frozen=True)
class Measure:
    """What was measured of a run on an instance: one number, by the name it is reported under.

    `explainer`: whose rationale it is about, as the explainer is called. `value` is None where it
    was measured and is undefined; what was never measured has no record.
    """

    run_id: str
    instance_id: str
    explainer: str
    name: str
    value: float | None


@dataclass(frozen=True, eq=False)
class Rationale:
    """What a run looked at: signed float32 scores, shape (U,), one per unit.

    `shape` is () where a unit is a token or a feature, and (rows, cols) for an image, whose scores
    then stand row by row, U = rows * cols, over a grid of equal cells.
    `contrast`: whether another class than the predicted one is explained. `options`: the explainer's
    options that were not its defaults.

    `target` is the class index explained; `baseline` and `reduction` say against what, and how
    embedding dimensions became one number; `details` holds what the method reports of itself
    (integration steps, completeness residual).
    """

    id: str
    run_id: str
    explainer: str
    instance_id: str
    target: int
    scores: NDArray[np.float32]
    baseline: str
    reduction: str
    unit: str = "token"
    details: Mapping[str, float] = field(default_factory=dict)
    shape: tuple[int, ...] = ()
    contrast: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Campaign:
    """One study put before people. Market, source, environment and pay never change."""

    id: str
    name: str
    study: str
    study_version: int
    settings: Mapping[str, Any]
    reward: Decimal
    currency: str
    assignments_per_hit: int
    market: str
    source: str
    environment: Environment
    endpoint_url: str | None
    access_key_id: str | None
    seed: int
    state: CampaignState = "planned"
    created_at: datetime | None = None
    published_at: datetime | None = None


@dataclass(frozen=True)
class Item:
    """What was put before people: an instance, the rationales shown with it, and where.

    `position` is the place within the HIT, from 0. `role`: only regular items are analysed; a
    check has a known answer, a repeat shows an item of its page again, a practice item shows its
    known answer afterwards. `gold` is the known answer (question → value), None where none is
    known; a check's never reaches a page. `shown` is what stands on the page beside the instance
    and its rationales (words, options, outputs), as JSON has it, fixed at `plan`. `phase` is the
    part of the study, in those that have parts, else "".
    """

    id: str
    campaign_id: str
    instance_id: str
    hit_id: str
    position: int
    rationale_ids: tuple[str, ...] = ()
    presentation: str = "plain"
    condition: str = ""
    side: str = ""
    order: int = 0
    gold: Mapping[str, Any] | None = None
    role: ItemRole = "regular"
    shown: Mapping[str, Any] = field(default_factory=dict)
    phase: str = ""


@dataclass(frozen=True)
class Hit:
    """One page of work. `market_id` is the market's own id, once it has one."""

    id: str
    campaign_id: str
    position: int
    request_token: str
    market_id: str | None = None


@dataclass(frozen=True)
class Intent:
    """An operation on a market that must happen exactly once, written down before it is tried."""

    id: str
    campaign_id: str
    operation: str
    token: str
    state: IntentState
    attempts: int
    request: Mapping[str, Any]
    result: Mapping[str, Any] | None = None
    first_attempt_at: datetime | None = None


@dataclass(frozen=True)
class Assignment:
    """One worker's submission; `answer` is the answer string verbatim.

    `facts` are what the page noticed beside the answers (milliseconds in use, focus losses,
    pastes). `problem` says why the answer could not be read, None where it could.
    """

    id: str
    campaign_id: str
    hit_id: str
    worker_id: str
    market_id: str
    status: AssignmentStatus
    answer: str
    accepted_at: datetime | None = None
    submitted_at: datetime | None = None
    simulated: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True)
class Judgement:
    """Assignment × item × question → value (anything JSON carries), and who parsed it how."""

    id: str
    assignment_id: str
    item_id: str
    question: str
    value: Any
    parser: str


@dataclass(frozen=True)
class Exclusion:
    """A judgement or a worker left out of analysis: by which rule, why, and by whom."""

    id: str
    campaign_id: str
    subject: str
    subject_id: str
    rule: str
    reason: str
    by: str


@dataclass(frozen=True)
class Worker:
    """A pseudonym; the platform's own id stands in a table of its own."""

    id: str
    simulated: bool


@dataclass(frozen=True)
class LedgerEntry:
    """Money reserved, spent or returned for a campaign, once (`token` is unique)."""

    campaign_id: str
    kind: LedgerKind
    amount: Decimal
    currency: str
    token: str
    assignment_id: str | None = None


@dataclass(frozen=True, eq=False)
class HumanRationale:
    """What the crowd said of an instance.

    `scores`: float32, shape (T,), in [0, 1], the (weighted) share of workers who marked a token;
    `certainty`: float32, shape (T,), in [0, 1]; `label` and `label_probability` are the consensus.
    """

    campaign_id: str
    instance_id: str
    method: str
    scores: NDArray[np.float32]
    certainty: NDArray[np.float32]
    n_workers: int
    label: str | None = None
    label_probability: float | None = None


@dataclass(frozen=True)
class ConsensusOrigin:
    """How the consensus of a campaign's question was made: one method, once.

    `unit` says what was made one answer of: "item", or "instance" where the items of an instance
    count as one. `version` is that of the program behind the method, `settings` its options with
    their defaults, `seed` None where nothing is drawn. `labels` are in the order of posteriors,
    empty for numbers, whose `scale` says what they mean. `excluded`: reason → judgements left out.
    """

    id: str
    campaign_id: str
    question: str
    method: str
    unit: Literal["item", "instance"]
    version: str
    settings: Mapping[str, Any]
    seed: int | None
    labels: tuple[Any, ...] = ()
    scale: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made_at: datetime | None = None


@dataclass(frozen=True, eq=False)
class UnitConsensus:
    """What a method makes of everything said of one unit, from `n_judgements`.

    `item_id` is None where the unit is the instance. Labels: `label`, as answered, None where
    labels are tied; `posterior`: float64, shape (K,), over the origin's labels, summing to 1;
    `entropy` in nats. Numbers: `value`, its standard deviation `sd` and the interval `low` to
    `high`, None where undefined; `label` is then the nearest point of a scale, where there is one.
    """

    origin_id: str
    position: int
    instance_id: str
    item_id: str | None
    n_judgements: int
    label: Any = None
    posterior: NDArray[np.float64] | None = None
    entropy: float | None = None
    value: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class Marks:
    """Who marked which tokens: one row per (instance, worker) who was asked and answered.

    `masks`: ragged uint8, R rows of 0 and 1, one value per token of the row's instance;
    `instance`, `worker`: int64, shape (R,), indices into `instance_ids` and `worker_ids`.
    A row of zeros means that the worker was asked and marked nothing. Where `persons_known` is
    false every row is a worker of its own, and nothing can be said about workers.
    """

    masks: Ragged
    instance: NDArray[np.int64]
    worker: NDArray[np.int64]
    instance_ids: tuple[str, ...]
    worker_ids: tuple[str, ...]
    persons_known: bool


@dataclass(frozen=True)
class Estimate:
    """A number that analysis reports, with its uncertainty and what it was made from.

    `value`, `se`, `low`, `high` are None where undefined, and `note` then says why. `over` names
    what was resampled; `scale` the range and which end is better. `subject` says what the number
    is about where several stand in one table (an explainer, an objective).
    """

    name: str
    value: float | None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    over: Over | None = None
    scale: str = ""
    method: str = ""
    n_units: int | None = None
    n_workers: int | None = None
    n_judgements: int | None = None
    note: str = ""
    subject: str = ""

"""What a method of aggregation found, as the records that are stored, with where it comes from."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri  # type: ignore[import-untyped]

from analysis.aggregation.aggregate import settings_of
from analysis.aggregation.base import Aggregation, Means, SoftMasks
from analysis.aggregation.crowd_kit import PREFIX
from db.columns import UNIT, VALUE, WORKER
from db.records import Campaign, ConsensusOrigin, HumanRationale, UnitConsensus


@dataclass(frozen=True, eq=False)
class Asked:
    """Judgements of one question of a campaign; `unit` says what the column of that name holds.

    `table`: unit, worker, value and `instance`, the unit's instance, one row a judgement.
    """

    campaign: Campaign
    question: str
    unit: Literal["item", "instance"]
    table: pd.DataFrame

    @property
    def persons_known(self) -> bool:
        """Whether a worker's id stands for the same person everywhere."""
        return bool(self.campaign.settings["persons_known"])

    def judgements(self, units: Sequence[Any]) -> list[int]:
        """How many judgements of each unit count: the first of every worker that has a value."""
        counted = self.table.dropna(subset=[UNIT, VALUE, WORKER])
        counts = counted.drop_duplicates([UNIT, WORKER])[UNIT].value_counts()
        return [int(counts[unit]) for unit in units]

    def places(self, units: Sequence[Any]) -> list[tuple[str, str | None]]:
        """Instance and item of each unit; no item where the unit is the instance."""
        instance = dict(zip(self.table[UNIT], self.table["instance"], strict=True))
        return [(instance[u], None if self.unit == "instance" else str(u)) for u in units]


def origin_of(
    asked: Asked, result: Aggregation | Means, method: str, options: Mapping[str, Any]
) -> ConsensusOrigin:
    """Where a result comes from; `options` are those that the method was given, `seed` too."""
    settings = settings_of(method, options)
    seed = settings.pop("seed", None)
    named = f"{asked.campaign.id}\n{asked.question}\n{method}"
    return ConsensusOrigin(
        id=hashlib.sha256(named.encode()).hexdigest()[:24],
        campaign_id=asked.campaign.id,
        question=asked.question,
        method=method,
        unit=asked.unit,
        version=version_of(method),
        settings=settings,
        seed=seed,
        labels=tuple(map(_plain, result.labels)) if isinstance(result, Aggregation) else (),
        scale=result.scale if isinstance(result, Means) else "",
        excluded=dict(result.excluded),
        notes=tuple(result.notes),
    )


def version_of(method: str) -> str:
    """The program behind a method and its version; a method that changes gets a new name."""
    package = "crowd-kit" if method.startswith(PREFIX) else "konkyo"
    return f"{package} {importlib.metadata.version(package)}"


def label_units(asked: Asked, origin: ConsensusOrigin, result: Aggregation) -> list[UnitConsensus]:
    """One record a unit, in the method's order: label, posterior, entropy."""
    found = {
        "n_judgements": asked.judgements(result.units),
        "label": [_plain(label) for label in result.consensus],
        "posterior": list(result.posterior),
        "entropy": result.entropy.tolist(),
    }
    return _records(origin, asked.places(result.units), found)


def number_units(
    asked: Asked, origin: ConsensusOrigin, result: Means, confidence: float
) -> list[UnitConsensus]:
    """One record a unit: mean, sd, the normal interval of that sd, and the nearest point."""
    units = result.units
    mean = units["mean"].to_numpy(np.float64)
    sd = units["sd"].to_numpy(dtype=np.float64, na_value=np.nan)
    half = sd * float(ndtri((1 + confidence) / 2))
    labels = units["label"].tolist() if "label" in units else [None] * len(units)
    found = {
        "n_judgements": [int(count) for count in units["judgements"]],
        "label": [_plain(label) for label in labels],
        "value": mean.tolist(),
        "sd": [_defined(number) for number in sd],
        "low": [_defined(number) for number in mean - half],
        "high": [_defined(number) for number in mean + half],
    }
    return _records(origin, asked.places(units.index.tolist()), found)


def _records(
    origin: ConsensusOrigin,
    places: Sequence[tuple[str, str | None]],
    found: Mapping[str, Sequence[Any]],
) -> list[UnitConsensus]:
    """One record a unit, in order. `found`: field → what each unit has there."""
    rows = zip(*found.values(), strict=True)
    return [
        UnitConsensus(
            origin_id=origin.id,
            position=position,
            instance_id=instance,
            item_id=item,
            **dict(zip(found, row, strict=True)),
        )
        for position, ((instance, item), row) in enumerate(zip(places, rows, strict=True))
    ]


def rationales_of(
    campaign: Campaign, method: str, result: Aggregation, masks: SoftMasks | None
) -> list[HumanRationale]:
    """Soft rationales with the consensus of their instances beside; none without marks."""
    if masks is None:
        return []
    rows = {unit: at for at, unit in enumerate(result.units)}
    consensus = result.consensus
    made = []
    for row, instance_id in enumerate(masks.instance_ids):
        at = rows.get(instance_id)
        made.append(
            HumanRationale(
                campaign_id=campaign.id,
                instance_id=instance_id,
                method=method,
                scores=np.asarray(masks.scores[row], dtype=np.float32),
                certainty=np.asarray(masks.certainty[row], dtype=np.float32),
                n_workers=int(masks.n_workers[row]),
                label=None if at is None or consensus[at] is None else str(consensus[at]),
                label_probability=None if at is None else float(result.posterior[at].max()),
            )
        )
    return made


def _plain(value: Any) -> Any:
    """A value as JSON has it: numpy's scalars become Python's."""
    return value.item() if isinstance(value, np.generic) else value


def _defined(number: float) -> float | None:
    return None if np.isnan(number) else float(number)

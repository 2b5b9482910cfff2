"""How far a run depends on its rationale: the scores of `konkyo faithfulness`, instance by instance.

The same units are taken away at the same shares, equal scores ordered in the same way. Probes are
not stored: of a whole experiment they would be millions, and each is made only once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Floats, Ints
from analysis.faithfulness.base import SHARES, Probed
from analysis.faithfulness.comprehensiveness import Comprehensiveness
from analysis.faithfulness.cut import places, sizes
from analysis.faithfulness.normalised import Normalised
from analysis.faithfulness.sufficiency import Sufficiency
from db.ragged import Ragged
from pipeline.models.batches import Row
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import TrainedModel
from pipeline.probing import probabilities
from pipeline.removal import removal_for

NAMES = (
    "comprehensiveness_aopc",
    "sufficiency_aopc",
    "comprehensiveness_normalised_aopc",
    "sufficiency_normalised_aopc",
)


def names_of(removal: str) -> tuple[str, ...]:
    """The scores' full names: the removal operator is part of them."""
    return tuple(f"{name}_{removal}" for name in NAMES)


def faithful(
    model: TrainedModel, rows: Sequence[Row], scores: Ragged, removal: str, seed: int
) -> dict[str, Floats]:
    """Full name → shape (n,), NaN where undefined (normalised scores where Δ0 is at most .05).

    `scores`: ragged, a row an instance, a score for each of its units; `seed`: the project's.
    """
    chance = Ragged.from_rows(
        (instance_generator(seed, "ties", row.instance_id).random(len(row.ids)) for row in rows),
        "float64",
    )
    probed = _probed(model, rows, scores.with_values(places(scores, chance)), removal)
    families = (Comprehensiveness(), Sufficiency(), Normalised())
    found = {name: each for family in families for name, each in family.score(probed).items()}
    return {full: found[name] for full, name in zip(names_of(removal), NAMES, strict=True)}


def _probed(model: TrainedModel, rows: Sequence[Row], place: Ragged, removal: str) -> Probed:
    """What is predicted without so many of the highest units, and with them alone.

    None taken away is the whole instance, and none left alone is nothing of it; where two shares
    come to as many units, they are probed once.
    """
    n, lengths = len(rows), place.lengths
    counts = np.stack([np.zeros(n, np.int64), *(sizes(lengths, share) for share in SHARES)])
    counts = np.concatenate([counts, np.ones((1, n), np.int64)])  # the one unit that scores highest
    key = np.arange(n) * (int(lengths.max()) + 1) + counts
    each, where = np.unique(key, return_inverse=True)
    row, count = np.divmod(each, int(lengths.max()) + 1)
    without, only = _sides(model, rows, place.take(row), row, count, removal)
    gone, kept = (side[where.reshape(counts.shape)].swapaxes(0, 1) for side in (without, only))
    return Probed(gone[:, 0], kept[:, 0], gone[:, 1:-1], kept[:, 1:-1], gone[:, -1])


def _sides(
    model: TrainedModel,
    rows: Sequence[Row],
    place: Ragged,
    row: Ints,
    count: Ints,
    removal: str,
) -> tuple[Floats, Floats]:
    """Class probabilities, shape (M, C) each: without the `count` highest units, and with no
    others. `place`: ragged, M rows, places from the top of what stands in row `row`."""
    operator = removal_for(model, removal)
    taken = place.with_values(place.values < np.repeat(count, place.lengths))
    masks = [np.asarray(one, np.bool_) for one in taken]
    cut = [
        operator.remove(rows[at], mask if side else ~mask)
        for side in (True, False)
        for at, mask in zip(row.tolist(), masks, strict=True)
    ]
    found = np.empty((len(cut), len(model.labels)))
    for at, values in probabilities(model, cut, operator):
        found[at] = values
    return found[: len(row)], found[len(row) :]

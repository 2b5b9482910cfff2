"""Bulk reads: judgements as long tables, marks and rationales as ragged arrays.

Only these read many rows at once; they go column by column into numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Engine, select

from db.columns import JUDGEMENTS, VALUE, WORKER
from db.masks import decode
from db.ragged import Ragged
from db.records import Instance, Marks
from db.store.engine import reading
from db.tables import assignments, exclusions, items, judgements, rationales, workers


def answers(engine: Engine, campaign_id: str, question: str) -> pd.DataFrame:
    """Judgements of one question as a long table.

    Columns: `unit` (item id), `worker` (pseudonym), `value` (as answered), and beside them
    `instance`, `assignment`, `simulated` (bool), `gold` (the item's known answer or None), `role`
    (the item's: what is analysed are the rows of "regular").
    Excluded judgements and workers are left out.
    """
    left_out = select(exclusions.c.subject_id).where(exclusions.c.campaign_id == campaign_id)
    query = (
        select(
            items.c.id,
            assignments.c.worker_id,
            judgements.c.value,
            items.c.instance_id,
            assignments.c.id,
            workers.c.simulated,
            items.c.gold,
            items.c.role,
        )
        .join(assignments, assignments.c.id == judgements.c.assignment_id)
        .join(items, items.c.id == judgements.c.item_id)
        .join(workers, workers.c.id == assignments.c.worker_id)
        .where(
            items.c.campaign_id == campaign_id,
            judgements.c.question == question,
            judgements.c.superseded.is_(False),
            judgements.c.id.not_in(left_out),
            workers.c.id.not_in(left_out),
        )
        .order_by(assignments.c.submitted_at, assignments.c.id, items.c.position)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    names = [*JUDGEMENTS, "instance", "assignment", "simulated", "gold", "role"]
    return pd.DataFrame({name: [row[i] for row in rows] for i, name in enumerate(names)})


def marks(
    engine: Engine,
    campaign_id: str,
    instances: Sequence[Instance],
    *,
    persons_known: bool,
    question: str = "marks",
) -> Marks:
    """Who marked which tokens, features or pixels (row by row) of the given instances; those
    nobody judged are left out.

    Only regular items count: checks were chosen because their answer was known, repeats and
    practice ask about the asking.

    A worker who met an instance several times counts once, with the first answer.
    """
    table = answers(engine, campaign_id, question)
    lengths = {i.id: i.n_units for i in instances}
    table = table[table["instance"].isin(lengths.keys()) & (table["role"] == "regular")]
    table = table.drop_duplicates(["instance", WORKER], keep="first")
    present = set(table["instance"])
    ids = [i.id for i in instances if i.id in present]
    order = {identity: n for n, identity in enumerate(ids)}
    table = table.assign(row=table["instance"].map(order)).sort_values("row", kind="stable")
    # In the order in which they answered: a pseudonym's place in the alphabet depends on the key.
    people = list(dict.fromkeys(table[WORKER]))
    numbers = {worker: n for n, worker in enumerate(people)}
    masks = Ragged.from_rows(
        (
            _mask(positions, lengths[i])
            for positions, i in zip(table[VALUE], table["instance"], strict=True)
        ),
        dtype="uint8",
    )
    return Marks(
        masks=masks,
        instance=table["row"].to_numpy(dtype=np.int64),
        worker=table[WORKER].map(numbers).to_numpy(dtype=np.int64),
        instance_ids=tuple(ids),
        worker_ids=tuple(people),
        persons_known=persons_known,
    )


def scores(
    engine: Engine, run_id: str, explainer: str, instance_ids: Sequence[str]
) -> tuple[list[str], Ragged]:
    """Scores of one explainer, rows in the order of `instance_ids`; those without are left out.

    Returns the ids that have a rationale and their scores, float32.
    """
    query = select(rationales.c.instance_id, rationales.c.scores).where(
        rationales.c.run_id == run_id,
        rationales.c.explainer == explainer,
        rationales.c.contrast.is_(False),
    )
    with reading(engine) as connection:
        found = {row.instance_id: row.scores for row in connection.execute(query)}
    present = [identity for identity in instance_ids if identity in found]
    return present, Ragged.from_rows((found[i] for i in present), dtype="float32")


def _mask(marked: object, length: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """A judgement of marks as 0 and 1: positions of units, or the mask of an image."""
    if isinstance(marked, Mapping):
        return decode(marked).ravel()
    mask = np.zeros(length, dtype=np.uint8)
    mask[np.asarray(marked, dtype=np.int64)] = 1
    return mask

"""What was decided about judgements that could be counted in more than one way, in words.

A number without these can be neither compared nor repeated, so they go out with it.
"""

from __future__ import annotations

import numpy as np

from analysis.agreement.pairable import Pairable
from analysis.judgements import Duplicates, Judgements
from db.words import counted

DUPLICATES: dict[str, str] = {
    "error": "refused",
    "first": "only the first counts",
    "last": "only the last counts",
}
NOBODY = "duplicates: none are found, because it is not known who judged; every row counts"
MISSING = "missing: a row without a unit, a value or (where persons are known) a worker is left out"


def policies(
    judged: Judgements, duplicates: Duplicates, alone: str, *, persons_known: bool = True
) -> list[str]:
    """The notes of a coefficient. `alone`: what becomes of a unit that one worker judged."""
    counts = np.bincount(judged.unit, minlength=len(judged.units))
    single = int((counts == 1).sum())
    units, was = counted(len(judged.units), "unit"), "was" if single == 1 else "were"
    return [
        NOBODY
        if not persons_known
        else f"duplicates: a worker's second judgement of a unit is {DUPLICATES[duplicates]}"
        if duplicates == "error"
        else f"duplicates: of a worker's judgements of a unit {DUPLICATES[duplicates]}",
        MISSING,
        f"single judgements: {single} of {units} {was} judged once; {alone}",
    ]


def clusters_note(data: Pairable) -> list[str]:
    """How units are drawn again, where not one by one."""
    if data.cluster is None:
        return []
    return [f"units are drawn again in {len(np.unique(data.cluster))} clusters"]

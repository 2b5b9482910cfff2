"""How well a run's rationale meets people's marks, instance by instance, with chance and people.

Nothing is stored: rationales and marks are, and the model is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.alignment.align import METRIC, SUBJECT, align
from analysis.alignment.floors import CONSTANT
from analysis.alignment.floors import PEOPLE as SUBJECT_PEOPLE
from analysis.arrays import Floats
from analysis.trial_metrics import CHANCE, PEOPLE
from db.columns import INSTANCE, VALUE
from db.records import Instance, Marks, ModelRun
from pipeline.align import only, scores_on
from pipeline.project import Project

AUROC, TOKEN_F1 = "auroc", "token_f1"


def alignment(
    project: Project, run: ModelRun, explainer: str, data: Sequence[Instance], marks: Marks
) -> Mapping[str, Floats]:
    """Score → shape (n,), in the order of `data`, NaN where nobody marked or it is undefined.

    `marks`: over the units that the run looks at. Each score is the mean over an instance's
    workers, each a gold of their own. `auroc_people`, `token_f1_people`: what the other workers of
    the instance get, NaN where only one was asked; `token_f1_chance`: the constant map. AUROC is
    not to be normalised, since a person's marks have one operating point, so its chance is left
    out. `NotFound` where people marked some of `data` and none of these has a rationale.
    """
    wanted = {
        AUROC: (explainer, AUROC),
        AUROC + PEOPLE: (SUBJECT_PEOPLE, AUROC),
        TOKEN_F1: (explainer, TOKEN_F1),
        TOKEN_F1 + CHANCE: (CONSTANT, TOKEN_F1),
        TOKEN_F1 + PEOPLE: (SUBJECT_PEOPLE, TOKEN_F1),
    }
    found = {name: np.full(len(data), np.nan) for name in wanted}
    judged = only(marks, [one.id for one in data])
    if not judged.instance_ids:
        return found
    scores, judged = scores_on(project, run, judged, [explainer])
    table = align(scores, judged, bootstrap=0, families=("topk", "ranking")).per_instance
    place = {one.id: number for number, one in enumerate(data)}
    for name, (subject, metric) in wanted.items():
        rows = table[(table[SUBJECT] == subject) & (table[METRIC] == metric)]
        found[name][rows[INSTANCE].map(place).to_numpy(np.int64)] = rows[VALUE]
    return found

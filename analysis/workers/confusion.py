"""What a worker says where the others say something else: a confusion matrix a worker, sparsely.

As in Dawid & Skene (1979), but against the majority of the others and not against an estimated
truth: it needs no model, and a worker never helps to make what they are held against.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.workers.base import Work
from analysis.workers.company import consensus_of_others, votes

WORKER, CONSENSUS, ANSWER, JUDGEMENTS, SHARE = (
    "worker", "consensus", "answer", "judgements", "share",
)  # fmt: skip


def confusion(work: Work) -> pd.DataFrame:
    """How often a worker gave which answer where the others' majority was which.

    One row for every combination that occurs, sorted: `worker`, `consensus`, `answer`,
    `judgements` (float: where m values are tied each counts 1/m) and `share` (of the worker's
    judgements with that consensus, [0, 1]). Judgements without company are not in it.
    """
    found = votes(work)
    weight = consensus_of_others(work, found)
    rows = np.flatnonzero(weight > 0)
    judgement = found.judgement[rows]
    n_values = max(1, len(work.judged.values))
    row = work.judged.worker[judgement] * n_values + found.code[rows]
    key, inverse = np.unique(row * n_values + work.judged.code[judgement], return_inverse=True)
    count = np.bincount(inverse, weights=weight[rows], minlength=len(key))
    _, of_row = np.unique(key // n_values, return_inverse=True)
    total = np.bincount(of_row, weights=count)[of_row] if len(key) else count
    values = np.array([*work.judged.values, None], dtype=object)
    workers = np.array([*work.judged.workers, None], dtype=object)
    return pd.DataFrame(
        {
            WORKER: workers[key // n_values**2],
            CONSENSUS: values[key // n_values % n_values],
            ANSWER: values[key % n_values],
            JUDGEMENTS: count,
            SHARE: count / total,
        }
    )

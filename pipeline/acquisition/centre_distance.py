"""Distance to the centre of the class predicted: what looks unlike all that was learned of it.

After the sampling of blind imbalanced domains (METHODS § 9): far from its centre lies what a
minority domain holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pipeline.acquisition.base import FEATURES, Floats, Pool


@dataclass(frozen=True)
class CentreDistance:
    """‖z − c_ŷ‖₂ over the spread of the class, 0 or more: z what the last layer reads, c the mean
    of what was learned of the class. A class that nothing was learned of gives NaN."""

    name: ClassVar[str] = "centre_distance"
    reads: ClassVar[frozenset[str]] = frozenset({FEATURES})

    def scores(self, pool: Pool, seed: int) -> Floats:
        """In units of the root mean square distance of the class's own instances."""
        features, learned = pool.features, pool.learned
        if features is None or learned is None:
            raise ValueError("centre_distance reads features")
        predicted = pool.probabilities.argmax(axis=1)
        found = np.full(len(pool), np.nan)
        for label in np.unique(predicted).tolist():
            own = learned.features[learned.labels == label]
            if not len(own):
                continue
            centre, mine = own.mean(axis=0), predicted == label
            spread = float(np.sqrt(((own - centre) ** 2).sum(axis=1).mean()))
            apart = np.sqrt(((features[mine] - centre) ** 2).sum(axis=1))
            found[mine] = apart / spread if spread > 0 else apart
        return found

"""How tokens are taken away: name → class (names are part of stored numbers, never renamed)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.catalogue import Catalogue
from db.errors import UsageError

if TYPE_CHECKING:
    from pipeline.models.trained import TrainedModel
    from pipeline.removal.base import Removal

REMOVALS = Catalogue(
    "removal operator",
    {
        "drop": "pipeline.removal.drop:Drop",
        "mask_token": "pipeline.removal.mask_token:MaskToken",
        "mean_embedding": "pipeline.removal.mean_embedding:MeanEmbedding",
    },
)
"""See `pipeline.removal.base.Removal`."""


def removal_for(model: TrainedModel, name: str) -> Removal:
    """The operator called `name` for a model; a UsageError where its units cannot be taken away so."""
    kind = REMOVALS.load(name)
    fitting = model.encoding.removals
    if name not in fitting:
        raise UsageError(
            f"removal {name} means nothing to a model of the kind {model.settings.kind}; there: "
            f"{', '.join(fitting)}"
        )
    operator: Removal = kind(model)
    return operator

"""Training objectives: name → class, loaded when asked for (names are stored, never renamed)."""

from db.catalogue import Catalogue

OBJECTIVES = Catalogue(
    "objective",
    {
        "attention_supervision": "pipeline.objectives.attention_supervision:AttentionSupervision",
        "cross_entropy": "pipeline.objectives.cross_entropy:CrossEntropy",
    },
)

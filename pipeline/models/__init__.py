"""Model kinds: name → class, loaded when asked for (names are stored, never renamed)."""

from db.catalogue import Catalogue

MODELS = Catalogue(
    "model kind",
    {
        "bilstm_attention": "pipeline.models.attention_classifier:AttentionClassifier",
    },
)

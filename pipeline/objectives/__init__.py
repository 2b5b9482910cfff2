"""Training objectives: name → class, loaded when asked for (names are stored, never renamed)."""

from db.catalogue import Catalogue

OBJECTIVES = Catalogue(
    "objective",
    {
        "association": "pipeline.objectives.association:Association",
        "attention_at": "pipeline.objectives.attention_at:AttentionAT",
        "attention_iat": "pipeline.objectives.attention_iat:AttentionIAT",
        "attention_iat_batch": "pipeline.objectives.attention_iat_batch:AttentionIATBatch",
        "attention_ivat": "pipeline.objectives.attention_ivat:AttentionIVAT",
        "attention_rp": "pipeline.objectives.attention_rp:AttentionRP",
        "attention_supervision": "pipeline.objectives.attention_supervision:AttentionSupervision",
        "attention_vat": "pipeline.objectives.attention_vat:AttentionVAT",
        "center": "pipeline.objectives.center:Center",
        "cross_entropy": "pipeline.objectives.cross_entropy:CrossEntropy",
        "right_reasons": "pipeline.objectives.right_reasons:RightReasons",
        "saliency_learning": "pipeline.objectives.saliency_learning:SaliencyLearning",
        "word_at": "pipeline.objectives.word_at:WordAT",
        "word_iat": "pipeline.objectives.word_iat:WordIAT",
        "word_vat": "pipeline.objectives.word_vat:WordVAT",
    },
)

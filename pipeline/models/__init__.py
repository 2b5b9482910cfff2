"""Model kinds and attention forms: name → class, loaded when asked for.

Names are stored, never renamed. A kind "package.module:factory" is a model of the user's own and
stands in no table: see `pipeline.models.own`.
"""

from db.catalogue import Catalogue

MODELS = Catalogue(
    "model kind",
    {
        "bigru_attention": "pipeline.models.attention_classifier:GRUClassifier",
        "bilstm_attention": "pipeline.models.attention_classifier:AttentionClassifier",
        "cnn_attention": "pipeline.models.attention_classifier:CNNClassifier",
        "mlp": "pipeline.models.mlp:MLP",
        "residual_cnn": "pipeline.models.residual_cnn:ResidualCNN",
        "mean_attention": "pipeline.models.attention_classifier:MeanClassifier",
        "transformer": "pipeline.models.transformer:Transformer",
    },
)

ATTENTIONS = Catalogue(
    "attention form",
    {
        "additive": "pipeline.models.additive:Additive",
        "dot": "pipeline.models.dot:Dot",
        "conditional": "pipeline.models.conditional:Conditional",
    },
)

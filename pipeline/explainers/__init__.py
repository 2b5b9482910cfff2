"""Explainers: name → class, loaded when asked for (names are stored, never renamed)."""

from db.catalogue import Catalogue

EXPLAINERS = Catalogue(
    "explainer",
    {
        "attention": "pipeline.explainers.attention:Attention",
        "constant": "pipeline.explainers.constant:Constant",
        "gradient": "pipeline.explainers.gradient:Gradient",
        "integrated_gradients": "pipeline.explainers.integrated_gradients:IntegratedGradients",
        "random": "pipeline.explainers.random:Random",
    },
)

"""Explainers: name → class, loaded when asked for (names are stored, never renamed)."""

from db.catalogue import Catalogue

EXPLAINERS = Catalogue(
    "explainer",
    {
        "attention": "pipeline.explainers.attention:Attention",
        "attention_x_gradient_norm": "pipeline.explainers.attention_x_gradient_norm:AttentionNorm",
        "constant": "pipeline.explainers.constant:Constant",
        "deeplift": "pipeline.explainers.deeplift:DeepLift",
        "feature_ablation": "pipeline.explainers.feature_ablation:FeatureAblation",
        "gradient": "pipeline.explainers.gradient:Gradient",
        "gradient_shap": "pipeline.explainers.gradient_shap:GradientShap",
        "integrated_gradients": "pipeline.explainers.integrated_gradients:IntegratedGradients",
        "kernel_shap": "pipeline.explainers.kernel_shap:KernelShap",
        "lime": "pipeline.explainers.lime:Lime",
        "occlusion": "pipeline.explainers.occlusion:Occlusion",
        "random": "pipeline.explainers.random:Random",
        "saliency_l1": "pipeline.explainers.saliency_l1:SaliencyL1",
        "saliency_l2": "pipeline.explainers.saliency_l2:SaliencyL2",
    },
)

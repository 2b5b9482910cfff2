"""Explainers: name → class, loaded when asked for (names are stored, never renamed)."""

from db.catalogue import Catalogue

EXPLAINERS = Catalogue(
    "explainer",
    {
        "attention": "pipeline.explainers.attention:Attention",
        "attention_head": "pipeline.explainers.attention_head:AttentionHead",
        "attention_rollout": "pipeline.explainers.attention_rollout:AttentionRollout",
        "attention_x_gradient_norm": "pipeline.explainers.attention_x_gradient_norm:AttentionNorm",
        "constant": "pipeline.explainers.constant:Constant",
        "deeplift": "pipeline.explainers.deeplift:DeepLift",
        "feature_ablation": "pipeline.explainers.feature_ablation:FeatureAblation",
        "grad_cam": "pipeline.explainers.grad_cam:GradCam",
        "gradient": "pipeline.explainers.gradient:Gradient",
        "gradient_shap": "pipeline.explainers.gradient_shap:GradientShap",
        "inference_arguments": "pipeline.explainers.inference_arguments:InferenceArguments",
        "integrated_gradients": "pipeline.explainers.integrated_gradients:IntegratedGradients",
        "kernel_shap": "pipeline.explainers.kernel_shap:KernelShap",
        "learned_mask": "pipeline.explainers.learned_mask:LearnedMask",
        "lime": "pipeline.explainers.lime:Lime",
        "mutual_information": "pipeline.explainers.mutual_information:MutualInformation",
        "occlusion": "pipeline.explainers.occlusion:Occlusion",
        "random": "pipeline.explainers.random:Random",
        "rise": "pipeline.explainers.rise:Rise",
        "saliency_l1": "pipeline.explainers.saliency_l1:SaliencyL1",
        "saliency_l2": "pipeline.explainers.saliency_l2:SaliencyL2",
    },
)

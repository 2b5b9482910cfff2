"""Training health: what needs torch.

- `jacobian.py`: products of JJᵀ/N with vectors
- `layers.py`: what each layer makes of instances
- `measure.py`: everything that `analysis.health` measures of a model
- `kept.py`: `health.json` beside the weights
"""

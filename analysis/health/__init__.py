"""Training health: what a trained model's weights and features say of how it was trained.

Arrays in, estimates out; `pipeline.health` brings the arrays. One file a measure:

- `sharpness.py`: λ_max of the Gram matrix of the outputs' gradients, and the learning rate below it
- `distance.py`: how far apart the classes lie in a layer, over how far their members scatter
- `gap.py`: how much better the model does on what it learned from
- `correlation.py`: how much the features behind the logits repeat each other
"""

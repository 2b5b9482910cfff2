"""How far a prediction moved when its input was masked: one file a form of prediction."""

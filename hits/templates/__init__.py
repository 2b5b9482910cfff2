"""What workers see: one HTML template per study type, and the widgets that they share."""

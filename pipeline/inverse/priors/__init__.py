"""What inputs are taken to be like before a class is asked for: one file a prior."""

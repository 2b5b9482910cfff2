"""What `konkyo compare` compares: maps of explainers and runs, and what people said, by study."""

"""What was found: one file per question, each answered by rule from the numbers."""

"""Two maps of scores over the tokens of the same texts: how alike they are."""

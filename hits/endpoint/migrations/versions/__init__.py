"""One file per change of the endpoint's tables, oldest first."""

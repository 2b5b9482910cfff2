"""The history of the endpoint's tables, applied whenever a market is opened."""

"""The vocabulary every layer speaks (`records`, `columns`, `ragged`, `errors`) and the store.

This package imports nothing by itself: `analysis` reads the vocabulary without SQLAlchemy.
"""

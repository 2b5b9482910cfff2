"""The store: one file per family of records, short functions, one transaction each.

Every function takes the engine first and speaks in records; rows never leave this package.
"""

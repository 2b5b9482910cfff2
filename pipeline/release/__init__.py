"""A rationale dataset out of the project: tables, documents, metadata and checksums in a folder.

`release.py` goes through the steps; every other file is one of them.
"""

"""What the things of a campaign are called on its pages, by the kind of instance."""

from __future__ import annotations

from collections.abc import Mapping

NOUNS: Mapping[str, Mapping[str, str]] = {
    "text": {"noun": "text", "nouns": "texts", "units": "words", "unit": "word"},
    "pair": {"noun": "pair", "nouns": "pairs of texts", "units": "words", "unit": "word"},
    "image": {"noun": "picture", "nouns": "pictures", "units": "regions", "unit": "region"},
    "row": {"noun": "case", "nouns": "cases", "units": "features", "unit": "feature"},
}


def worded(text: str, kind: str) -> str:
    """`text` with {noun}, {nouns}, {unit} and {units} put in for a kind of instance."""
    return text.format_map(NOUNS[kind])

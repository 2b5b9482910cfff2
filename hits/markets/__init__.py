"""Places where HITs go: one file each, one line here."""

from db.catalogue import Catalogue

MARKETS = Catalogue(
    "market",
    {
        "mturk": "hits.markets.mturk:MTurk",
        "files": "hits.markets.files:Files",
    },
)

SOURCES = ("site",)
"""Where people come from: `site` is the market's own worker site."""

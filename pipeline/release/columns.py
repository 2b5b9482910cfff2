"""The tables of a release and their columns: one declaration for files, documents and checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "json", "integer", "number", "flag", "integers", "numbers"]
Scope = Literal["ours", "data", "said"]
"""Whose words a column holds: made by konkyo; of the data or whoever asked; of who answered."""
Columns = dict[str, list[Any]]
"""A table: column name → its values, row by row; what is unknown is None."""


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, and whose words these are."""

    name: str
    kind: Kind
    words: str
    scope: Scope = "ours"


PEOPLE = Column("people", "text", "who answered: workers, simulated workers, or both")
_CAMPAIGN = Column("campaign", "text", "name of the campaign", "data")
_INSTANCE = Column("instance", "text", "the instance, by its id")

TABLES: Mapping[str, tuple[Column, ...]] = {
    "instances": (
        Column("id", "text", "a hash of kind and content"),
        Column("kind", "text", "text, pair, image or row"),
        Column("text", "text", "the text, as people saw it; empty for pictures and rows", "data"),
        Column("text_pair", "text", "the second text of a pair", "data"),
        Column("starts", "integers", "first character of each token, of both texts in turn"),
        Column("ends", "integers", "the character behind each token"),
        Column("tokens_in_text", "integer", "how many of the tokens stand in the first text"),
        Column("label", "text", "the label that came with the data", "data"),
        Column("split", "text", "the part that the data assign it to", "data"),
        Column("attributes", "json", "what else came with it, as JSON", "data"),
        Column("features", "json", "a row's features in their order, as JSON", "data"),
        Column("image", "text", "a picture's file in this folder"),
        Column("width", "integer", "of a picture, in pixels as people see it"),
        Column("height", "integer", "of a picture, in pixels as people see it"),
        PEOPLE,
    ),
    "items": (
        Column("id", "text", "what was put before people once"),
        _CAMPAIGN,
        _INSTANCE,
        Column("role", "text", "regular, check, repeat or practice; analysis uses regular ones"),
        Column("phase", "text", "the part of the study, in those that have parts"),
        Column("condition", "text", "the condition of the study", "data"),
        Column("presentation", "text", "how it was shown"),
        Column("side", "text", "on which side it stood, where there are sides"),
        Column("page", "integer", "the page it stood on, from 0"),
        Column("position", "integer", "its place on the page, from 0"),
        Column("rationales", "json", "ids of the rationales shown with it, as JSON"),
        Column("shown", "json", "what else was shown with it, as JSON", "data"),
        PEOPLE,
    ),
    "judgements": (
        _CAMPAIGN,
        Column("item", "text", "what was judged, by its id"),
        _INSTANCE,
        Column("question", "text", "the question's name", "data"),
        Column("worker", "text", "who answered, by a name of this release alone; empty: unknown"),
        Column("answer", "text", "an answer in words, or the option that was chosen", "said"),
        Column("number", "number", "an answer that is a number, else empty"),
        Column("marks", "integers", "marked tokens or features, from 0; empty list: none marked"),
        Column("mask", "json", "marked pixels as COCO writes them, as JSON"),
        Column("role", "text", "the item's role"),
        Column("simulated", "flag", "whether a program answered and no person"),
        PEOPLE,
    ),
    "consensus": (
        _CAMPAIGN,
        _INSTANCE,
        Column("item", "text", "the item, where each was judged for itself"),
        Column("question", "text", "the question that label answers", "data"),
        Column("method", "text", "how answers became one"),
        Column("label", "text", "the consensus; empty: a tie, or not asked", "said"),
        Column("probability", "number", "of the label under the method, 0 to 1"),
        Column("entropy", "number", "of the labels under the method, in nats; 0 is certain"),
        Column("scores", "numbers", "share of workers who marked each token or feature, 0 to 1"),
        Column("certainty", "numbers", "certainty of each score, 0 to 1"),
        Column("workers", "integer", "how many people's marks are in the scores"),
        PEOPLE,
    ),
    "agreement": (
        _CAMPAIGN,
        Column("subject", "text", "the question, and the value where it is about one", "said"),
        Column("name", "text", "the coefficient"),
        Column("value", "number", "the estimate; empty where undefined, and note says why"),
        Column("se", "number", "standard error"),
        Column("low", "number", "lower end of the interval"),
        Column("high", "number", "upper end of the interval"),
        Column("confidence", "number", "of the interval"),
        Column("over", "text", "what was drawn again for the interval: units, workers or both"),
        Column("scale", "text", "the range, and which end is better"),
        Column("method", "text", "how value and interval were made"),
        Column("units", "integer", "how many units the estimate rests on"),
        Column("workers", "integer", "how many people it rests on"),
        Column("judgements", "integer", "how many judgements it rests on"),
        Column("note", "text", "what has to be known besides", "said"),
        PEOPLE,
    ),
    "rationales": (
        Column("id", "text", "a rationale that people were shown"),
        _INSTANCE,
        Column("explainer", "text", "the method that made it"),
        Column("target", "text", "the class that it explains", "data"),
        Column("unit", "text", "what a score belongs to: token, patch or feature"),
        Column("scores", "numbers", "signed scores, one a unit"),
        Column("shape", "integers", "rows and columns of a picture's grid, else empty"),
        PEOPLE,
    ),
}


def empty(name: str) -> Columns:
    """The table called `name` without rows."""
    return {column.name: [] for column in TABLES[name]}

"""Yelp-HAT (Sen et al., ACL 2020): the results files as published, by a mapping that is fixed.

    Input.text, Input.label     a review, and its sentiment: 1 positive, 0 negative
    Answer.Q1Answer             is it positive? yes, no, idk → the label 1, 0, unsure
    Answer.html_output          one `<span>` a word, `class="active"` where it was marked

Read as `mturk` reads it with this mapping; about three people a review, none of them named.
"""

from __future__ import annotations

from pathlib import Path

from db.errors import ImportFailed
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.mturk.choice import Chosen
from pipeline.formats.mturk.mapping import InstanceMapping, Mapping, QuestionMapping
from pipeline.formats.mturk.reader import read_as
from pipeline.formats.mturk.results import read_results
from pipeline.formats.options import refuse_options

MAPPING = Mapping(
    instance=InstanceMapping(text=("Input.text",), label="Input.label"),
    questions={
        "label": QuestionMapping(
            read="choice",
            column="Answer.Q1Answer",
            values={"yes": "1", "no": "0", "idk": "unsure"},
        ),
        "marks": QuestionMapping(read="spans", column="Answer.html_output"),
    },
)


def read(path: Path, options: ReadOptions) -> Reading:
    """Every row of a results file; a fault in the file (not in an answer) fails the import."""
    refuse_options(options, ("text", "text_pair", "label", "split", "rationale"), "yelp_hat")
    results = read_results(path)
    for _, column in MAPPING.columns_named():
        if column not in results.header:
            there = ", ".join(map(repr, results.header))
            problem = f"there is no column {column!r}; the columns are: {there}"
            raise ImportFailed(path, 1, problem)
    return read_as(results, Chosen(MAPPING, ("read by the mapping of Yelp-HAT",)), path, options)

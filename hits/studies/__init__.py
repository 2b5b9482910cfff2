"""The study types: what can be asked of people. One file and one template each, one line here.

A template extends `page.html`, names the widgets it uses and fills the blocks `example`, `help`
and `item`; a widget that no study has used yet is a macro in `widgets.html`, a script and a style
beside it, and a line in `hits.render`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.catalogue import Catalogue

if TYPE_CHECKING:
    from hits.studies.base import Study

STUDIES = Catalogue(
    "study",
    {
        "highlight": "hits.studies.highlight:Highlight",
        "rate": "hits.studies.rate:Rate",
        "compare": "hits.studies.compare:Compare",
        "guess": "hits.studies.guess:Guess",
        "simulate": "hits.studies.simulate:Simulate",
        "verify": "hits.studies.verify:Verify",
        "intrude": "hits.studies.intrude:Intrude",
        "choose": "hits.studies.choose:Choose",
        "name": "hits.studies.name:Name",
        "output": "hits.studies.output:Output",
        "own": "hits.studies.own:Own",
    },
)


def load_study(name: str) -> Study:
    """The study type called `name`, ready to use."""
    study: Study = STUDIES.load(name)()
    return study

"""Simulated workers of known skill, bias, fatigue and carelessness, who answer every study type.

They answer over HTTP as people do: they register at the worker site, preview, accept, fetch the
page in the frame, and post its form; there is no back door. What they know of the truth is handed
to them (`Truth`), never read from a page. How they work is stated in `Temper`, and how each form
of question is answered from it stands in a file of its own, so that a statistic over their answers
can be checked against what is known of them. Everything is drawn from the seed: the same crowd
gives the same answers.
"""

from hits.crowd.allot import allot
from hits.crowd.answering import page_answer
from hits.crowd.temper import SimulatedWorker, Temper, draw_crowd
from hits.crowd.truth import Knowledge, Truth, TruthError
from hits.crowd.work import Outcome, work

__all__ = [
    "Knowledge",
    "Outcome",
    "SimulatedWorker",
    "Temper",
    "Truth",
    "TruthError",
    "allot",
    "draw_crowd",
    "page_answer",
    "work",
]

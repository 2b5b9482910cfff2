"""Aggregation: what each method made of the judgements, and what became of the marks."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.report.content import Aggregation, Consensus
from analysis.report.glossary import inline, source, subject
from analysis.report.method_names import method
from analysis.report.nouns import worded
from analysis.report.plots.screen import ScreenPlot, on_screen
from analysis.report.sections.bars import bar_table
from analysis.report.tables import Table
from analysis.report.wording import defined, interval_phrase, percent, sentence
from db.words import counted


@dataclass(frozen=True)
class ConsensusView:
    """One method: its counts (None of numbers), and a line on ties, certainty and accuracy."""

    table: Table | None
    lines: list[str]


@dataclass(frozen=True)
class AggregationView:
    """What the section shows."""

    methods: list[ConsensusView]
    rationales: str
    plots: list[ScreenPlot]


def aggregation_view(aggregation: Aggregation) -> AggregationView:
    """A table per method, a sentence about rationales, and the plots."""
    return AggregationView(
        [_method(c) for c in aggregation.methods],
        _rationales(aggregation),
        [on_screen(chart) for chart in aggregation.plots],
    )


def _method(consensus: Consensus) -> ConsensusView:
    by = source(consensus.method)
    units = sum(consensus.counts.values()) + consensus.ties
    caption = f"{subject(consensus.method)}: consensus of {counted(units, 'unit')}"
    table = bar_table(caption, "Consensus", consensus.counts, consensus.ties)
    known = method(consensus.method)
    does = f": {known.does}" if known else ""
    lines = [f"Method: {inline(consensus.method)}" + (f" ({by})" if by else "") + does]
    if units:
        ties = counted(consensus.ties, "tie")
        lines.append(f"{ties}, counted in no answer" if consensus.ties else "No ties")
    if defined(consensus.certainty):
        lines.append(f"Mean probability of the winner {percent(consensus.certainty, 1)}")
    lines += [_accuracy(consensus), consensus.note]
    return ConsensusView(table if units else None, [sentence(line) for line in lines if line])


def _accuracy(consensus: Consensus) -> str:
    accuracy = consensus.accuracy
    if accuracy is None:
        return ""
    inside = interval_phrase(accuracy)
    text = f"Against known answers {percent(accuracy.value, 1)}" + (
        f" ({inside})" if inside else ""
    )
    return f"{text}: {accuracy.note}" if accuracy.note else text


def _rationales(aggregation: Aggregation) -> str:
    if aggregation.rationales is None:
        return ""
    how = f" by {inline(aggregation.rationale_method)}" if aggregation.rationale_method else ""
    text = f"Marks became {counted(aggregation.rationales, 'human rationale')}{how}"
    if defined(aggregation.marked_share):
        share = percent(aggregation.marked_share, 1)
        text += f"; {share} of {worded('tokens')} are marked on average"
    return sentence(text)

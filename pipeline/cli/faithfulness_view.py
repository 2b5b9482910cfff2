"""Faithfulness as rows of terminal tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.estimates_view import Table, number, with_interval, words

if TYPE_CHECKING:
    from analysis.faithfulness.base import FaithfulnessResult

OPERATED = (
    (
        "Loss of probability over the shares (AOPC)",
        ("comprehensiveness_aopc", "sufficiency_aopc"),
        ("comprehensiveness ↑", "sufficiency ↓"),
    ),
    (
        "From no text (0) to the whole text (1), where that makes a difference",
        ("comprehensiveness_normalised_aopc", "sufficiency_normalised_aopc"),
        ("comprehensiveness ↑", "sufficiency ↑"),
    ),
    (
        "Does the decision flip?",
        ("flip_token", "flip_fraction"),
        ("without the top token ↑", "least share ↓"),
    ),
    (
        "Area under the class's probability, patch by patch",
        ("insertion_auc", "deletion_auc"),
        ("insertion ↑", "deletion ↓"),
    ),
)
FURTHER = (
    (
        "Rank correlation with the rationale of random weights",
        ("same_as_random_weights",),
        ("nearer to 0 is better",),
    ),
    (
        "Measured on embeddings (Captum)",
        ("infidelity", "sensitivity"),
        ("infidelity ↓", "sensitivity ↓"),
    ),
)
FOUND = ("corruption_found_lowest", "corruption_found_strongest")


def faithfulness_tables(
    result: FaithfulnessResult, removal: str
) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, columns and rows: explainers, then the controls; intervals over instances."""
    operated = [
        (title, tuple(f"{name}_{removal}" for name in names), heads)
        for title, names, heads in OPERATED
    ]
    tables = []
    for title, names, heads in (*operated, *FURTHER):
        rows = _rows(result, names)
        if rows:
            tables.append((title, ["", *heads], rows))
    return tables


def corruption_rows(result: FaithfulnessResult) -> Table:
    """One row a subject: how often the token has the lowest, and the strongest, score."""
    return ["", "lowest score ↑", "strongest score ↑"], _rows(result, FOUND)


def contrast_rows(result: FaithfulnessResult) -> Table:
    """One row a comparison with the control."""
    rows = [
        [
            words(one.estimate.subject),
            one.estimate.name.split("_")[0],
            with_interval(one.estimate),
            number(one.p),
        ]
        for one in result.contrasts
    ]
    return ["", "AOPC of", "difference", "p"], rows


def _rows(result: FaithfulnessResult, names: tuple[str, ...]) -> list[list[str]]:
    found = {(e.subject, e.name): e for e in result.estimates}
    return [
        [words(subject), *(with_interval(found.get((subject, name))) for name in names)]
        for subject in dict.fromkeys(subject for subject, _ in found)
        if any((subject, name) in found for name in names)
    ]

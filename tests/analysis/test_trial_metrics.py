"""One list of metrics, which terminal, report and intervals go by."""

from __future__ import annotations

import pytest

from analysis.report.glossary import term
from analysis.trial_metrics import METRICS, Metric, metrics_of, scale_of


@pytest.mark.parametrize("metric", METRICS, ids=lambda one: one.name)
def test_the_report_has_the_same_words_for_each(metric: Metric) -> None:
    found = term(metric.name)
    assert found.asks.endswith("?") and metric.asks.endswith("?")
    assert found.better == metric.direction
    assert metric.direction == "neither" or f"{metric.direction} is better" in metric.scale


def test_names_are_listed_once() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_the_removal_operator_is_part_of_a_name_and_of_no_other() -> None:
    names = ["token_f1_people", "sufficiency_aopc_drop", "macro F1", "token_f1_normalised"]
    found = metrics_of([*names, "accuracy, jp", "sufficiency_normalised_aopc_mean_embedding"])
    # in the order of the list; chance, people and what is not known are no metrics
    assert [metric.name for metric in found] == [
        "macro F1",
        "token_f1_normalised",
        "sufficiency_aopc_drop",
        "sufficiency_normalised_aopc_mean_embedding",
    ]
    assert [metric.direction for metric in found[2:]] == ["lower", "higher"]
    assert term("sufficiency_aopc_drop").title == "Sufficiency (AOPC), drop"


def test_a_scale_says_range_and_better_end() -> None:
    assert scale_of("brier") == "0 to 2, lower is better"
    assert scale_of("attention_entropy") == "0 to 1, neither end is better"
    assert scale_of("accuracy, jp") == "0 to 1, higher is better"

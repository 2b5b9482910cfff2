"""A report on rows speaks of features, one on pictures of pixels; what users wrote stays."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_sample import whole_report

from analysis.report.glossary import METRICS, term
from analysis.report.html import render
from analysis.report.nouns import speaking_of, worded


def spoken(noun: str) -> str:
    """The words of the report without the contrasts, whose sample shows texts."""
    whole = whole_report()
    study = replace(whole.study, noun=noun, asked="Which text is this?")
    return re.sub(r"<[^>]+>", " ", render(replace(whole, study=study, contrasts=None)))


def test_sentences_get_the_nouns_of_the_data() -> None:
    said = "Tokens in a marked stretch, mean per text; a token, texts"
    assert worded(said) == said
    assert worded(said, "feature") == "Features in a marked stretch, mean per row; a feature, rows"
    assert worded("Context and tokenisation, token_f1", "pixel") == (
        "Context and tokenisation, token_f1"
    )


def test_terms_are_of_what_is_spoken_of_and_only_then() -> None:
    assert term("token_f1").title == "Token F1"
    with speaking_of("feature"):
        assert term("token_f1").title == "Feature F1"
        assert term("auroc").asks == "Does a marked feature score above an unmarked one?"
        assert term("random token_f1").title.startswith("Feature F1, ")
        for name in METRICS:
            assert not re.search(r"\b(tokens?|texts?)\b", " ".join(term(name)[:2]).lower()), name
    assert term("token_f1").title == "Token F1"


def test_it_is_over_after_an_error() -> None:
    with pytest.raises(ValueError), speaking_of("pixel"):
        raise ValueError
    assert term("token_f1").title == "Token F1"


@pytest.mark.parametrize(("noun", "whole"), [("feature", "row"), ("pixel", "picture")])
def test_the_whole_page_speaks_of_the_data(noun: str, whole: str) -> None:
    html = spoken(noun)
    assert f"{noun.capitalize()} F1" in html
    assert f"The floors know nothing of the {whole}" in html
    assert "Which text is this?" in html  # the question as workers saw it
    assert "Token F1" not in html and "floors know nothing of the text" not in html
    assert "Token F1" in spoken("token")

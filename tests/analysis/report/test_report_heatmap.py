"""Token heatmaps: levels, what a long text keeps, the characters between tokens."""

from __future__ import annotations

import numpy as np
import pytest
from markupsafe import Markup
from report_sample import contrast, text_instance

from analysis.report.content import Contrast, Contrasts
from analysis.report.heatmap import heatmap, kept, model_side, people_side, top_tokens
from analysis.report.sections.contrasts import contrast_views
from db.errors import DataError
from db.records import Instance


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_model_levels_are_relative_to_the_strongest_token_and_keep_their_sign() -> None:
    # 2 is the strongest: 2/2 → 5, −1/2 → −2.5, away from zero −3; 0.18/2 = .09 is below a tenth
    assert model_side(scores(2, -1, 0.18, 0)).levels.tolist() == [5, -3, 0, 0]


def test_people_levels_are_absolute() -> None:
    # 1 of 5 workers is one step, whatever the others did
    assert people_side(scores(0.2, 0.4, 0.0)).levels.tolist() == [1, 2, 0]


def test_undefined_scores_and_all_zero_scores_have_no_level() -> None:
    assert model_side(scores(np.nan, 1.0, np.inf)).levels.tolist() == [0, 5, 0]
    assert model_side(scores(0, 0)).levels.tolist() == [0, 0]


def test_the_text_is_kept_as_it_was_between_tokens() -> None:
    text = "  A <b>\n\ttale , told. "
    instance = text_instance(text)
    side = people_side(np.ones(instance.n_tokens, np.float32))
    (html,) = heatmap(instance, side, kept((side,)))
    assert Markup(html).striptags() == " ".join(text.split())
    assert html.replace('<mark class="m5" title="1.000">', "").replace("</mark>", "") == (
        "  A &lt;b&gt;\n\ttale , told. "
    )


def test_both_texts_of_a_pair_carry_their_own_scores() -> None:
    spans = np.array([[0, 1]], np.int32)
    instance = Instance("i", "pair", "a", spans, "b", spans)
    side = people_side(scores(1, 0))
    assert heatmap(instance, side, kept((side,))) == [
        '<mark class="m5" title="1.000">a</mark>',
        "b",
    ]


def test_a_long_text_keeps_what_is_near_a_mark() -> None:
    instance = text_instance(" ".join(f"w{i}" for i in range(1000)))
    values = np.zeros(1000, np.float32)
    values[500] = 1
    side = people_side(values)
    keep = kept((side,))
    # the first 12 tokens, and 12 on either side of the mark with the mark itself
    assert np.flatnonzero(keep).tolist() == [*range(12), *range(488, 513)]
    (html,) = heatmap(instance, side, keep)
    assert Markup(html).striptags().startswith("w0 w1")
    assert "w11<span class" in html and "w12" not in Markup(html).striptags()


def test_a_long_text_marked_everywhere_is_cut() -> None:
    side = people_side(np.ones(5000, np.float32))
    assert kept((side,)).sum() == 200


def test_top_tokens_prefer_the_earlier_and_leave_out_what_is_not_positive() -> None:
    assert top_tokens(scores(1, 3, 1, 1), 2).tolist() == [True, True, False, False]
    assert top_tokens(scores(0, -1, np.nan, 2), 4).tolist() == [False, False, False, True]


def test_the_words_that_differ_are_listed() -> None:
    pair = contrast("A dull but kind film", "dull kind", "film kind", 1)
    (view,) = contrast_views(Contrasts((pair,), "token F1"), "real")
    assert {w.label: w.tokens for w in view.words} == {
        "Both": ["kind"], "Only people": ["dull"], "Only the model": ["film"],
    }  # fmt: skip


def test_scores_of_another_length_are_refused() -> None:
    instance = text_instance("two words")
    with pytest.raises(DataError, match=r"model scores have the shape \(3,\).* 2 tokens"):
        Contrast(instance, "lime", scores(1, 2, 3), scores(1, 0), 3, "yes")

"""Alpha for unitizing: the published continuum, its definition token by token, and token alpha."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.agreement.token_spans import GAP, spans_of_marks, stretches
from analysis.agreement.tokens import token_agreement
from analysis.agreement.unitizing import Unitized, unitizing_alpha, unitizing_alpha_of_spans
from analysis.marked import take_rows
from analysis.resampling import Weights
from db.errors import DataError
from db.records import Marks
from tests.analysis.support import marks_of, one, random_marks

# Krippendorff (2019), Content Analysis, figure 12.11: three people, a continuum of 60, spans with
# first and last place counted from 1, and the value given.
CONTINUUM = {
    "Alex": [(1, 7, 1), (8, 13, 2), (31, 32, 5), (33, 37, 6), (38, 44, 6), (45, 60, 7)],
    "Paul": [(1, 7, 1), (8, 13, 3), (14, 21, 5), (33, 44, 6)],
    "Suzan": [(1, 7, 1), (8, 13, 4), (14, 21, 5), (33, 37, 6), (38, 41, 6), (42, 44, 6)],
}


def asked_by(*workers: str, instance: str = "d") -> pd.DataFrame:
    return pd.DataFrame([(instance, w) for w in workers], columns=["instance", "worker"])


def continuum(binary: bool) -> pd.DataFrame:
    rows = [
        ("d", who, first - 1, last, "x" if binary else str(value))
        for who, spans in CONTINUUM.items()
        for first, last, value in spans
    ]
    return pd.DataFrame(rows, columns=["instance", "worker", "start", "end", "value"])


@pytest.mark.parametrize(("binary", "published"), [(False, 0.510), (True, 0.413)])
def test_published_continuum(binary: bool, published: float) -> None:
    asked = asked_by(*CONTINUUM)
    result = unitizing_alpha_of_spans(continuum(binary), asked, {"d": 60}, bootstrap=0)
    # Printed with three figures; the second comes out at .4136.
    assert one(result.estimates, "unitizing_alpha").value == pytest.approx(published, abs=1e-3)


def by_definition(spans: pd.DataFrame, asked: pd.DataFrame, lengths: dict[str, int]) -> float:
    """1 − observed / expected over pairs of tokens, a span never meeting itself."""
    lines: dict[tuple[str, str], list[tuple[str, object]]] = {}
    for doc, who in asked.itertuples(index=False):
        # Of each token its value and the thing it belongs to; gaps are things of one token.
        lines[doc, who] = [(GAP, (doc, who, "gap", t)) for t in range(lengths[doc])]
    for number, (doc, who, start, end, value) in enumerate(spans.itertuples(index=False)):
        for t in range(start, end):
            lines[doc, who][t] = (value, number)
    observed = total = 0.0
    for doc, length in lengths.items():
        people = [who for d, who in lines if d == doc]
        for a, b in permutations(people, 2):
            differ = sum(lines[doc, a][t][0] != lines[doc, b][t][0] for t in range(length))
            observed += differ / (len(people) - 1)
        total += length * len(people)
    tokens = [token for line in lines.values() for token in line]
    pairs = [(x[0] != y[0]) for x in tokens for y in tokens if x[1] != y[1]]
    return 1 - (observed / total) / (sum(pairs) / len(pairs))


def drawn_spans(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    rows, asked, lengths = [], [], {}
    for d in range(3):
        lengths[f"d{d}"] = length = int(rng.integers(6, 14))
        for w in range(int(rng.integers(2, 4))):
            asked.append((f"d{d}", f"w{w}"))
            cuts = sorted(rng.choice(length + 1, size=4, replace=False).tolist())
            for start, end in ((cuts[0], cuts[1]), (cuts[2], cuts[3])):
                if rng.random() < 0.8:
                    rows.append((f"d{d}", f"w{w}", start, end, "ab"[rng.integers(2)]))
    columns = ["instance", "worker", "start", "end", "value"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(asked, columns=columns[:2]), lengths


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_stretches_give_what_the_definition_gives_token_by_token(seed: int) -> None:
    spans, asked, lengths = drawn_spans(np.random.default_rng(seed))
    result = unitizing_alpha_of_spans(spans, asked, lengths, bootstrap=0)
    ours = one(result.estimates, "unitizing_alpha").value
    assert ours == pytest.approx(by_definition(spans, asked, lengths), abs=1e-12)


def as_table(marks: Marks) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """Runs of a mask as spans, found one token at a time."""
    rows, asked, lengths = [], [], {}
    for r in range(len(marks.masks)):
        doc, who = f"d{marks.instance[r]}", f"w{marks.worker[r]}"
        mask = [0, *marks.masks[r].tolist(), 0]
        asked.append((doc, who))
        lengths[doc] = len(mask) - 2
        starts = [t for t in range(len(mask) - 1) if (mask[t], mask[t + 1]) == (0, 1)]
        ends = [t for t in range(len(mask) - 1) if (mask[t], mask[t + 1]) == (1, 0)]
        rows += [(doc, who, a, b, "x") for a, b in zip(starts, ends, strict=True)]
    columns = ["instance", "worker", "start", "end", "value"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(asked, columns=columns[:2]), lengths


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_masks_are_spans_of_one_category(seed: int) -> None:
    marks = random_marks(np.random.default_rng(seed), 8, 5)
    table = unitizing_alpha_of_spans(*as_table(marks), bootstrap=0).estimates[0]
    masks = unitizing_alpha(marks, bootstrap=0).estimates[0]
    assert masks.value == pytest.approx(table.value, abs=1e-12)
    assert (masks.n_units, masks.n_judgements) == (table.n_units, table.n_judgements)


def test_spans_of_one_token_are_tokens() -> None:
    # Nothing longer than a token is marked: unitizing has nothing to add to the token alpha.
    rng = np.random.default_rng(1)
    rows = {
        f"i{i}": {
            f"w{w}": "".join("1" if t % 2 and rng.random() < 0.5 else "0" for t in range(9))
            for w in range(3)
        }
        for i in range(10)
    }
    marks = marks_of(rows)
    tokens = one(token_agreement(marks, bootstrap=0).estimates, "token_alpha").value
    ours = one(unitizing_alpha(marks, bootstrap=0).estimates, "unitizing_alpha").value
    assert ours == pytest.approx(tokens, abs=1e-12)


def test_long_texts_cost_no_more_than_short_ones_with_the_same_spans() -> None:
    short = marks_of({"d": {"x": "0110", "y": "0011"}})
    long = marks_of({"d": {"x": "0" * 500 + "1" * 1000 + "0" * 500,
                           "y": "0" * 1000 + "1" * 1000}})  # fmt: skip
    for marks in (short, long):
        cut = stretches(spans_of_marks(marks))
        assert len(cut.length) == 4
        assert cut.length.sum() == len(marks.masks[0])


def test_a_worker_of_no_weight_is_a_worker_who_was_not_there() -> None:
    rng = np.random.default_rng(2)
    marks = random_marks(rng, 12, 6, per_instance=4)
    kept = rng.random(len(marks.worker_ids)) < 0.7
    times = rng.integers(3, size=(len(marks.instance_ids), 1)).astype(float)
    whole = Unitized(stretches(spans_of_marks(marks)), len(marks.instance_ids))
    ours = whole(Weights(times, kept[:, None].astype(float)))[0]
    part = take_rows(marks, np.flatnonzero(kept[marks.worker]))
    there = [marks.instance_ids.index(name) for name in part.instance_ids]
    fewer = Unitized(stretches(spans_of_marks(part)), len(part.instance_ids))
    theirs = fewer(Weights(times[there], np.ones((len(part.worker_ids), 1))))[0]
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_intervals_counts_and_what_stands_beside() -> None:
    result = unitizing_alpha(random_marks(np.random.default_rng(3), 60, 14), bootstrap=200)
    for over in ("units", "both"):
        assert one(result.estimates, "unitizing_alpha", over=over).se is not None
    jackknifed = one(result.estimates, "unitizing_alpha", over="workers", method="jackknife")
    assert jackknifed.se is not None
    assert "document with one worker only" in result.excluded
    two = unitizing_alpha(marks_of({"d": {"x": "0110", "y": "1011"}}), bootstrap=0).estimates
    # Spans: 11, 1, 11: 5 tokens in 3 spans of 2 people; 5 of 8 tokens.
    assert one(two, "span_length").value == pytest.approx(5 / 3)
    assert one(two, "span_count").value == pytest.approx(3 / 2)
    assert one(two, "prevalence").value == pytest.approx(5 / 8)


@pytest.mark.parametrize("rows", [{"d": {"x": "000", "y": "000"}}, {"d": {"x": "11", "y": "11"}},
                                  {"d": {"x": "01"}, "e": {"y": "10"}}])  # fmt: skip
def test_nothing_or_everything_marked_or_nobody_to_compare(rows: dict[str, dict[str, str]]) -> None:
    estimate = unitizing_alpha(marks_of(rows)).estimates[0]
    assert estimate.value is None
    assert "both spans and gaps" in estimate.note


def test_columns_are_not_persons() -> None:
    marks = random_marks(np.random.default_rng(4), 30, 15, persons_known=False)
    found = one(unitizing_alpha(marks).estimates, "unitizing_alpha", over="workers")
    assert found.se is None and "not known" in found.note and found.n_workers is None


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("d", "x", 0, 3, "a"), ("d", "x", 2, 4, "b")], "two spans of one worker overlap"),
        ([("d", "x", 3, 9, "a")], "from 3 to 9 does not lie in its document of 5 tokens"),
        ([("d", "z", 0, 1, "a")], "'z' has a span of 'd' without having been asked"),
    ],
)
def test_impossible_spans_are_refused(rows: list[tuple[object, ...]], message: str) -> None:
    spans = pd.DataFrame(rows, columns=["instance", "worker", "start", "end", "value"])
    with pytest.raises(DataError, match=message):
        unitizing_alpha_of_spans(spans, asked_by("x", "y"), {"d": 5})
    with pytest.raises(DataError, match="the length of 'd' is not known"):
        unitizing_alpha_of_spans(spans.iloc[:0], asked_by("x"), {})
    with pytest.raises(DataError, match="stands twice"):
        unitizing_alpha_of_spans(spans.iloc[:0], asked_by("x", "x"), {"d": 5})

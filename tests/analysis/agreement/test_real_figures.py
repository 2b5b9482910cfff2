"""Figures that others computed from real human work, computed again (skipped without the data)."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.agreement.fleiss import fleiss
from analysis.agreement.gwet import ac1
from analysis.agreement.krippendorff import alpha
from analysis.agreement.tokens import token_agreement
from analysis.agreement.unitizing import unitizing_alpha
from tests.analysis.support import marks_of, one, shared


def xsum(name: str) -> pd.DataFrame:
    table = pd.read_csv(shared(f"xsum_hallucination/{name}.csv"), dtype=str, keep_default_na=False)
    return table.assign(unit=table["bbcid"] + " " + table["system"], worker=table["worker_id"])


def value(table: pd.DataFrame) -> float:
    # wid_0, wid_1, wid_2 are columns, not persons.
    found = one(alpha(table, "nominal", bootstrap=0, persons_known=False).estimates, "alpha")
    assert found.value is not None
    return found.value


def test_whether_a_summary_is_factual() -> None:
    table = xsum("factuality_annotations").rename(columns={"is_factual": "value"})
    # "NULL": no answer was given.
    table = table[table["value"] != "NULL"]
    assert value(table) == pytest.approx(0.7736, abs=5e-5)


def test_whether_anything_in_a_summary_is_unsupported() -> None:
    spans = xsum("hallucination_annotations")
    marked = spans.assign(value=(spans["hallucination_type"] != "NULL").astype(int))
    table = marked.groupby(["unit", "worker"], as_index=False)["value"].max()
    assert value(table) == pytest.approx(0.7746, abs=5e-5)


def test_which_explanations_are_acceptable() -> None:
    found = pd.read_csv(shared("few_shot_explanations/acceptability_snli_test.csv"), dtype=str,
                        keep_default_na=False)  # fmt: skip
    rows = [
        (f"{row['Input.id']} {option}", f"row {number}", option in chosen)
        for number, row in found.iterrows()
        for chosen in [row["Answer.acceptable"].split("|")]
        for option in "12345"
    ]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    assert value(table) == pytest.approx(0.497, abs=5e-4)
    # Three judgements each: Fleiss' kappa is alpha but for a correction of small samples. AC1 takes
    # less off for chance where one answer is common, and is not to be compared with either.
    kappa = one(fleiss(table, "nominal", bootstrap=0, persons_known=False).estimates, "fleiss")
    assert kappa.value == pytest.approx(0.497, abs=1e-3)
    first = one(ac1(table, "nominal", bootstrap=0, persons_known=False).estimates, "ac1")
    assert first.value == pytest.approx(0.644, abs=5e-4)


def summary_masks() -> tuple[dict[str, dict[str, str]], int]:
    """Marked words of every summary, and how many quotes do not stand in theirs.

    The offsets are off by a few characters: a quote is placed where it begins nearest to its own.
    """
    masks: dict[str, dict[str, list[int]]] = {}
    lost = 0
    for row in xsum("hallucination_annotations").itertuples():
        words = [match.span() for match in re.finditer(r"\S+", row.summary)]
        mask = masks.setdefault(row.unit, {}).setdefault(row.worker, [0] * len(words))
        if row.hallucination_type == "NULL":
            continue
        quote = row.hallucinated_span
        begins = [match.start() for match in re.finditer(re.escape(quote), row.summary)]
        if not begins:
            lost += 1
            continue
        at = min(begins, key=lambda place: abs(place + 1 - int(row.hallucinated_span_start)))
        for i, (start, end) in enumerate(words):
            mask[i] |= start < at + len(quote) and end > at
    rows = {u: {w: "".join(map(str, map(int, m))) for w, m in of.items()}
            for u, of in masks.items()}  # fmt: skip
    return rows, lost


def test_which_words_of_a_summary_are_unsupported() -> None:
    rows, lost = summary_masks()
    assert (len(rows), lost) == (2500, 39)
    marks = marks_of(rows, persons_known=False)
    tokens = one(token_agreement(marks, bootstrap=0).estimates, "token_alpha")
    assert tokens.value == pytest.approx(0.788, abs=5e-4)
    # So many documents hardly ever draw the same span twice: unitizing says the same.
    spans = one(unitizing_alpha(marks, bootstrap=0).estimates, "unitizing_alpha")
    assert spans.value == pytest.approx(tokens.value, abs=1e-4)

"""Chunks against the whole: the same scores, whatever the cuts between chunks."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from analysis.alignment.align import align
from analysis.alignment.chunks import Chunk, align_chunks
from analysis.alignment.scoring import Choices
from analysis.marked import take_rows
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Marks
from tests.analysis.support import random_map, random_marks


def chunks_of(marks: Marks, maps: dict[str, Ragged], size: int) -> Iterator[Chunk]:
    for start in range(0, len(marks.instance_ids), size):
        inside = np.arange(start, min(start + size, len(marks.instance_ids)))
        rows = np.flatnonzero(np.isin(marks.instance, inside))
        yield Chunk({n: m.take(inside) for n, m in maps.items()}, take_rows(marks, rows))


@pytest.mark.parametrize("policy", ["each", "majority", "soft"])
@pytest.mark.parametrize("average", ["macro", "micro"])
def test_chunks_score_what_the_whole_scores(policy: str, average: str) -> None:
    rng = np.random.default_rng(0)
    marks = random_marks(rng, 50, 12)
    maps = {"m": random_map(rng, marks), "steps": random_map(rng, marks, levels=3)}
    choices = Choices(policy, average=average)  # type: ignore[arg-type]
    parts = align_chunks(chunks_of(marks, maps, 7), choices, bootstrap=50, over=("units", "both"))
    whole = align(
        maps, marks, gold_policy=policy, average=average, bootstrap=50, over=("units", "both")  # type: ignore[arg-type]
    )  # fmt: skip
    found = {(e.name, e.subject, e.over): e for e in parts.estimates}
    compared = 0
    for e in whole.estimates:
        # Random maps, and ties that are broken at random, are drawn chunk by chunk; draws of
        # workers depend on the order in which they come.
        beside = e.subject in ("people", "constant") or e.name.endswith("_normalised")
        if e.over != "units" or e.subject == "random" or ("iou" in e.name and beside):
            continue
        other = found[e.name, e.subject, e.over]
        assert [other.value, other.low, other.n_units, other.n_judgements] == pytest.approx(
            [e.value, e.low, e.n_units, e.n_judgements], abs=1e-6
        ), (e.name, e.subject)
        compared += 1
    assert compared > 40
    both = {key for key in found if key[2] == "both"}
    assert bool(both) == (policy == "each")
    assert {r: n for r, n in parts.excluded.items() if "random" not in r} == {
        r: n for r, n in whole.excluded.items() if "random" not in r
    }


def test_what_needs_everything_at_once_is_refused() -> None:
    marks = random_marks(np.random.default_rng(0), 5, 3)
    maps = {"m": random_map(np.random.default_rng(1), marks)}
    with pytest.raises(UsageError, match="needs all golds at once"):
        align_chunks(chunks_of(marks, maps, 2), Choices(k="mean"))
    with pytest.raises(DataError, match="no human marks"):
        align_chunks([], Choices())
    with pytest.raises(UsageError, match="average is 'macro' or 'micro'"):
        align_chunks(chunks_of(marks, maps, 2), replace(Choices(), average="mean"))  # type: ignore[arg-type]

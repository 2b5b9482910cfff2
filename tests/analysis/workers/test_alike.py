"""Near-duplicates and groups who err alike: found where planted, and not where they are not."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analysis.workers.clusters import clusters
from analysis.workers.duplicates import near_duplicates
from analysis.workers.pairs import worker_pairs
from analysis.workers.read import read_work
from tests.analysis.support import judgements
from tests.analysis.workers.support import crowd, sparse_tables


@settings(max_examples=25, deadline=None)
@given(sparse_tables())
def test_pairs_are_counted_on_units_that_a_third_one_judged(table: pd.DataFrame) -> None:
    work = read_work(table)
    found = worker_pairs(work)
    shared: dict[tuple[str, str], list[bool]] = {}
    for _, unit in table.groupby("unit"):
        if len(unit) > 2:
            rows = zip(unit["worker"], unit["value"], strict=True)
            for (a, x), (b, y) in itertools.combinations(rows, 2):
                shared.setdefault((min(a, b), max(a, b)), []).append(x == y)
    names = work.judged.workers
    listed = {
        (min(names[i], names[j]), max(names[i], names[j])): (n, same)
        for i, j, n, same in zip(
            found.first.tolist(), found.second.tolist(), found.shared, found.agreeing, strict=True
        )
    }
    assert listed == {pair: (len(same), sum(same)) for pair, same in shared.items()}
    assert ((found.expected >= 0) & (found.expected <= found.shared + 1e-9)).all()


def copied(table: pd.DataFrame, original: str, copy: str) -> pd.DataFrame:
    """The table where one worker has answered the units of another as that one did."""
    theirs = table[table["worker"] == original].assign(worker=copy)
    return pd.concat([table[table["worker"] != copy], theirs])


def test_a_copy_is_found_and_nobody_else() -> None:
    table = crowd(np.random.default_rng(0), units=200, workers=12, right=0.6)
    found = near_duplicates(read_work(copied(table, "w3", "w8")))
    assert [{pair.first, pair.second} for pair in found.pairs] == [{"w3", "w8"}]
    assert found.pairs[0].agreeing == found.pairs[0].shared
    assert found.pairs[0].p_value < 1e-4 and found.tested == 66


@pytest.mark.parametrize("right", [0.3, 0.9])
def test_independent_workers_are_no_duplicates_however_good(right: float) -> None:
    wrong = 0
    for seed in range(10):
        table = crowd(np.random.default_rng(seed), units=150, workers=12, right=right)
        wrong += len(near_duplicates(read_work(table)).pairs) > 0
    # Holm at 5%: of 10 crowds at most 0.5 are expected; 4 have a chance of 0.1%.
    assert wrong <= 3


def test_what_cannot_be_tested_says_why() -> None:
    assert "three judgements" in near_duplicates(read_work(judgements("a x 1\na y 1"))).note
    many = "\n".join(f"u{i} {w} v{i}" for i in range(51) for w in "xyz")
    assert "more than 50" in near_duplicates(read_work(judgements(many))).note
    few = near_duplicates(read_work(judgements("a x 1\na y 1\na z 1")))
    assert (few.tested, few.untested, few.pairs) == (0, 3, ())


def colluding(seed: int, members: int = 5) -> pd.DataFrame:
    """A crowd of 16 where the first few share another truth of their own on half of the units."""
    rng = np.random.default_rng(seed)
    table = crowd(rng, units=250, workers=16, per_unit=6, right=0.7)
    other = {unit: int(rng.integers(2)) for unit in table["unit"].unique()}
    mine = table["worker"].isin([f"w{i}" for i in range(members)]).to_numpy()
    sways = mine & (rng.random(len(table)) < 0.85)
    own = table["unit"].map(other)
    return table.assign(value=table["value"].where(~sways, own))


def test_a_group_that_errs_alike_is_found_whole() -> None:
    found = clusters(read_work(colluding(0)))
    assert [set(group.workers) for group in found.clusters] == [{f"w{i}" for i in range(5)}]
    assert found.clusters[0].surplus > 0.05 and found.clusters[0].z > 3


@pytest.mark.parametrize("right", [0.3, 0.85])
def test_in_a_crowd_of_independent_workers_none_is_found(right: float) -> None:
    wrong = 0
    for seed in range(6):
        table = crowd(np.random.default_rng(seed), units=150, workers=16, right=right)
        found = clusters(read_work(table))
        wrong += len(found.clusters)
        assert found.clusters or "none found" in found.note
    assert wrong <= 1


def test_the_same_seed_gives_the_same_groups() -> None:
    work = read_work(colluding(1))
    assert clusters(work, seed=3) == clusters(work, seed=3)


def test_few_workers_have_no_groups() -> None:
    assert "too few" in clusters(read_work(judgements("a x 1\na y 1\na z 2"))).note


def test_a_large_crowd_of_independent_workers_has_no_groups_by_a_hair() -> None:
    # With 100,000 judgements a misfit of a thousandth is many standard errors, and means nothing.
    table = crowd(np.random.default_rng(0), units=10_000, workers=200, per_unit=10, right=0.7)
    assert clusters(read_work(table)).clusters == ()

"""Krippendorff's alpha: published values, the package, and weights one loop at a time."""

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.agreement import krippendorff as module
from analysis.agreement.base import Level
from analysis.agreement.krippendorff import alpha
from analysis.agreement.pairable import OverUnits, OverWorkers, Pairable, pairable
from analysis.judgements import read
from analysis.resampling import Weights
from db.errors import DataError, UsageError
from tests.analysis.support import judgements, one, random_table, snow

LEVELS: list[Level] = ["nominal", "ordinal", "interval", "ratio"]

# Krippendorff (2011), example C: four coders, twelve units, a dot where a coder gave no value.
PUBLISHED = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


def published_table() -> pd.DataFrame:
    rows = [
        (f"u{unit}", f"c{coder}", int(value))
        for coder, line in enumerate(PUBLISHED)
        for unit, value in enumerate(line)
        if value != "."
    ]
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


def package(table: pd.DataFrame, level: Level) -> float:
    """The package's own reading: a workers × units matrix with gaps."""
    matrix = table.pivot(index="worker", columns="unit", values="value").to_numpy(float)
    return float(krippendorff.alpha(reliability_data=matrix, level_of_measurement=level))


def prepared(table: pd.DataFrame, level: Level) -> Pairable:
    data = pairable(read(table), level, None)
    assert data is not None
    return data


def loop_alpha(
    table: pd.DataFrame, level: Level, w: dict[str, float], v: dict[str, float]
) -> float | None:
    """Alpha under workers' and units' weights, pair by pair; None where one value has weight."""
    groups = {u: list(g.itertuples()) for u, g in table.groupby("unit")}
    kept = {}
    for u, rows in groups.items():
        total, squares = sum(w[r.worker] for r in rows), sum(w[r.worker] ** 2 for r in rows)
        if total**2 - squares > 0:
            kept[u] = (rows, total, squares)
    n = sum(v[u] * total for u, (_, total, _) in kept.items())
    margins: dict[float, float] = {}
    for u, (rows, _, _) in kept.items():
        for r in rows:
            margins[r.value] = margins.get(r.value, 0.0) + v[u] * w[r.worker]

    if sum(count > 0 for count in margins.values()) < 2:
        return None

    def squared(x: float, y: float) -> float:
        low, high = min(x, y), max(x, y)
        if level == "nominal":
            return float(x != y)
        if level == "interval":
            return (x - y) ** 2
        if level == "ratio":
            return ((x - y) / (x + y)) ** 2 if x + y else 0.0
        between = sum(count for value, count in margins.items() if low <= value <= high)
        return (between - (margins[x] + margins[y]) / 2) ** 2

    observed = 0.0
    for u, (rows, total, squares) in kept.items():
        inside = sum(
            w[a.worker] * w[b.worker] * squared(a.value, b.value)
            for a in rows for b in rows if a.worker != b.worker
        )  # fmt: skip
        observed += v[u] * total * inside / (total**2 - squares)
    own = sum(v[u] * squares for u, (_, _, squares) in kept.items())
    expected = sum(a * b * squared(x, y) for x, a in margins.items() for y, b in margins.items())
    return 1 - (observed / n) / (expected / (n**2 - own))


@pytest.mark.parametrize(
    ("level", "value"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_published_example(level: Level, value: float) -> None:
    result = alpha(published_table(), level, bootstrap=0)
    assert one(result.estimates, "alpha").value == pytest.approx(value, abs=5e-4)
    # Unit 12 was valued by one coder only, and cannot be paired.
    assert result.excluded == {"unit with one judgement only": 1}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(LEVELS), st.sampled_from([0.0, 1e6]))
def test_our_formula_at_weight_one_is_the_packages_to_twelve_digits(
    seed: int, level: Level, offset: float
) -> None:
    table = random_table(np.random.default_rng(seed), 12, 8, 4)
    table["value"] = table["value"] + offset
    data = prepared(table, level)
    ones = Weights(data.drawn_units().base, np.ones((len(data.judged.workers), 1)))
    theirs = package(table, level)
    if (data.margins > 0).sum() > 1:
        assert OverUnits(data)(ones)[0] == pytest.approx(theirs, abs=1e-12)
        each_unit = ones._replace(units=np.ones((data.cells.n_units, 1)))
        assert OverWorkers(data)(each_unit)[0] == pytest.approx(theirs, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(LEVELS))
def test_weights_give_what_the_definition_gives_pair_by_pair(seed: int, level: Level) -> None:
    rng = np.random.default_rng(seed)
    table = random_table(rng, 10, 6, 3)
    data = prepared(table, level)
    workers = rng.integers(3, size=(len(data.judged.workers), 4)).astype(float)
    units = rng.integers(3, size=(data.cells.n_units, 4)).astype(float)
    ours = OverWorkers(data)(Weights(units, workers))
    for b in range(4):
        w = dict.fromkeys(table["worker"], 0.0) | dict(
            zip(data.judged.workers, workers[:, b], strict=True)
        )
        v = dict.fromkeys(table["unit"], 0.0) | dict(
            zip(data.judged.units, units[:, b], strict=True)
        )
        expected = loop_alpha(table, level, w, v)
        np.testing.assert_allclose(ours[b], np.nan if expected is None else expected, atol=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_a_replicate_over_units_is_the_packages_alpha_of_the_repeated_units(level: Level) -> None:
    rng = np.random.default_rng(7)
    data = prepared(random_table(rng, 30, 8, 3), level)
    drawn = rng.multinomial(30, np.full(data.patterns.n_units, 1 / data.patterns.n_units))
    ours = OverUnits(data)(Weights(drawn[:, None].astype(float), np.ones((1, 1))))[0]
    counts = np.zeros((data.patterns.n_units, len(data.judged.values)), dtype=int)
    counts[data.patterns.unit, data.patterns.code] = data.patterns.count[:, 0]
    theirs = krippendorff.alpha(
        value_counts=np.repeat(counts, drawn, axis=0), level_of_measurement=level
    )
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_a_worker_drawn_twice_brings_no_agreement_of_their_own() -> None:
    # Two workers always differ. Expanding x into two copies would pair them, and they agree:
    # 1 of 3 pairs. Weights pair only x with y, and every pair differs.
    data = prepared(judgements("a x 0\na y 1\nb x 1\nb y 0"), "nominal")
    once = OverWorkers(data)(Weights(np.ones((2, 1)), np.array([[1.0], [1.0]])))[0]
    twice = OverWorkers(data)(Weights(np.ones((2, 1)), np.array([[2.0], [1.0]])))[0]
    # Observed is 1 in both. Expected, once: 2·2·2 / (16 − 4) = 2/3, so 1 − 3/2 = −.5.
    assert once == pytest.approx(-0.5)
    # Twice: margins 3 and 3, n = 6, Σw² over judgements 10: 18 / (36 − 10), so 1 − 26/18.
    assert twice == pytest.approx(1 - 26 / 18)


def test_textual_entailment_is_reproduced_with_all_its_intervals() -> None:
    result = alpha(snow("rte"), "nominal")
    over_units = one(result.estimates, "alpha")
    assert over_units.value == pytest.approx(0.241, abs=5e-4)
    assert over_units.se == pytest.approx(0.010, abs=1e-3)
    over_workers = one(result.estimates, "alpha", over="workers", method="bootstrap")
    assert over_workers.se is not None
    assert 0.085 <= over_workers.se <= 0.10
    jackknifed = one(result.estimates, "alpha", over="workers", method="jackknife")
    assert jackknifed.se == pytest.approx(0.093, abs=1e-3)
    both = one(result.estimates, "alpha", over="both")
    assert both.se is not None
    assert both.se > over_workers.se
    assert "conservative" in both.method
    assert (over_units.n_units, over_units.n_workers, over_units.n_judgements) == (800, 164, 8000)


def test_temporal_order_is_reproduced() -> None:
    result = alpha(snow("temp"), "nominal", bootstrap=0)
    assert one(result.estimates, "alpha").value == pytest.approx(0.223, abs=5e-4)


def test_units_drawn_as_patterns_spread_like_units_drawn_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = random_table(np.random.default_rng(8), 150, 20, 2)
    as_patterns = one(alpha(table, "nominal", over=("units",)).estimates, "alpha")
    monkeypatch.setattr("analysis.agreement.pairable.MAX_PATTERNS", 0)
    one_by_one = one(alpha(table, "nominal", over=("units",)).estimates, "alpha")
    assert as_patterns.value == one_by_one.value
    # Two sets of 1,000 draws: standard errors differ by about 2% each.
    assert as_patterns.se == pytest.approx(one_by_one.se, rel=0.12)


def test_our_own_point_estimate_where_the_package_would_need_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = random_table(np.random.default_rng(9), 40, 10, 5)
    theirs = one(alpha(table, "interval", bootstrap=0).estimates, "alpha")
    monkeypatch.setattr(module, "PACKAGE_LIMIT", 0)
    ours = one(alpha(table, "interval", bootstrap=0).estimates, "alpha")
    assert "package" in theirs.method
    assert "moments" in ours.method
    assert ours.value == pytest.approx(theirs.value, abs=1e-12)


def test_documents_drawn_whole_widen_the_interval() -> None:
    # 20 documents of 10 tokens; in a document all tokens are judged alike.
    rng = np.random.default_rng(10)
    rows = []
    for document in range(20):
        values = rng.integers(2, size=3)
        for token in range(10):
            rows += [(f"{document}.{token}", f"w{w}", int(values[w])) for w in range(3)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    table["document"] = table["unit"].str.split(".").str[0]
    alone = one(alpha(table, "nominal", over=("units",)).estimates, "alpha")
    result = alpha(table, "nominal", over=("units",), clusters="document")
    together = one(result.estimates, "alpha")
    assert together.value == alone.value
    assert together.se is not None and alone.se is not None
    assert together.se > 2 * alone.se
    assert result.notes[-1] == "units are drawn again in 20 clusters"


def test_one_category_only_is_undefined_with_the_reason() -> None:
    result = alpha(judgements("a x 1\na y 1\nb x 1\nb y 1"), "nominal")
    estimate = one(result.estimates, "alpha")
    assert estimate.value is None
    assert estimate.note == "every judgement is 1: nothing can differ"
    # Everybody agrees all the same, and that is shown beside it.
    assert one(result.estimates, "percent_agreement").value == 1.0


def test_no_pairable_unit_is_undefined_with_the_reason() -> None:
    result = alpha(judgements("a x 1\nb y 2"), "nominal")
    assert one(result.estimates, "alpha").value is None
    assert "no unit has two judgements" in one(result.estimates, "alpha").note
    assert result.excluded == {"unit with one judgement only": 2}


def test_an_empty_table_is_undefined_and_not_an_error() -> None:
    empty = pd.DataFrame({"unit": [], "worker": [], "value": []})
    assert one(alpha(empty, "nominal").estimates, "alpha").value is None


def test_nine_workers_are_too_few_for_an_interval_over_workers() -> None:
    result = alpha(random_table(np.random.default_rng(11), 30, 9, 2), "nominal")
    workers = one(result.estimates, "alpha", over="workers")
    assert workers.value is not None
    assert (workers.se, workers.low, workers.high) == (None, None, None)
    assert "9 workers are too few" in workers.note
    assert one(result.estimates, "alpha").se is not None


def test_columns_are_not_persons() -> None:
    table = random_table(np.random.default_rng(12), 30, 15, 2)
    result = alpha(table, "nominal", persons_known=False)
    for over in ("workers", "both"):
        estimate = one(result.estimates, "alpha", over=over)
        assert estimate.se is None
        assert "not known" in estimate.note
        assert estimate.n_workers is None


def test_percent_agreement_and_prevalence_by_hand() -> None:
    # a: one of three pairs agrees; b: the only pair agrees. (1/3 + 1) / 2 = 2/3.
    result = alpha(judgements("a x 1\na y 1\na z 2\nb x 1\nb y 1"), "nominal", bootstrap=0)
    assert one(result.estimates, "percent_agreement").value == pytest.approx(2 / 3)
    assert one(result.estimates, "prevalence", "1").value == pytest.approx(4 / 5)
    assert one(result.estimates, "prevalence", "2").value == pytest.approx(1 / 5)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    table = random_table(np.random.default_rng(13), 40, 12, 3)
    first, again = alpha(table, "ordinal", seed=1), alpha(table, "ordinal", seed=1)
    assert first == again
    assert alpha(table, "ordinal", seed=2) != first


def test_order_of_rows_and_names_of_workers_do_not_matter_to_the_value() -> None:
    table = random_table(np.random.default_rng(14), 40, 12, 3)
    shuffled = table.sample(frac=1, random_state=0).assign(
        worker=lambda t: t["worker"].map(lambda name: f"other {name}")
    )
    value = one(alpha(table, "interval", bootstrap=0).estimates, "alpha").value
    assert one(alpha(shuffled, "interval", bootstrap=0).estimates, "alpha").value == pytest.approx(
        value, abs=1e-12
    )


def test_ordinal_follows_the_order_of_an_ordered_categorical() -> None:
    numbers = random_table(np.random.default_rng(15), 30, 8, 3)
    names = pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    named = numbers.assign(
        value=numbers["value"].map(dict(enumerate(names.categories))).astype(names)
    )
    expected = one(alpha(numbers, "ordinal", bootstrap=0).estimates, "alpha").value
    assert one(alpha(named, "ordinal", bootstrap=0).estimates, "alpha").value == expected


@pytest.mark.parametrize("level", ["ordinal", "interval", "ratio"])
def test_names_have_no_distance(level: Level) -> None:
    with pytest.raises(DataError, match="'no' is not one"):
        alpha(judgements("a x yes\na y no"), level)


def test_ratio_refuses_numbers_below_zero() -> None:
    with pytest.raises(DataError, match="-1 is below"):
        alpha(judgements("a x -1\na y 2"), "ratio")


def test_an_unknown_level_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="nominal, ordinal, interval, ratio"):
        alpha(judgements("a x 1\na y 2"), "cardinal")  # type: ignore[arg-type]

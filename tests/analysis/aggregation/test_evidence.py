"""From evidence to posteriors: products by hand, and an order that names decide."""

import numpy as np
import pytest

from analysis.aggregation.evidence import by_name, expect, softplus
from analysis.judgements import read
from tests.analysis.support import judgements, random_table


def test_a_posterior_is_a_product_of_probabilities() -> None:
    # Right with .8, any of two others with .1 each. Unit a: 0, 0, 1 were said.
    # 0: .8 · .8 · .1 = .064; 1: .1 · .1 · .8 = .008; 2: .1³ = .001; shares ½, ¼, ¼.
    judged = read(judgements("a x 0\na y 0\na z 1\nb x 2"))
    n = len(judged.unit)
    found = expect(judged, np.full(n, np.log(8)), np.full(n, np.log(0.1)),
                   np.log([0.5, 0.25, 0.25]))  # fmt: skip
    joint = np.array([0.032, 0.002, 0.00025])
    np.testing.assert_allclose(found.posterior[0], joint / joint.sum())
    # Unit b: 2 was said: .1 · ½ + .1 · ¼ + .8 · ¼ = .275.
    assert found.log_likelihood == pytest.approx(np.log(joint.sum()) + np.log(0.275))


def test_many_judgements_do_not_underflow() -> None:
    judged = read(judgements("\n".join(f"a w{n} {n % 2}" for n in range(4001))))
    n = len(judged.unit)
    found = expect(judged, np.full(n, 3.0), np.full(n, -3.0), np.log([0.5, 0.5]))
    assert np.isfinite(found.log_likelihood)
    assert found.posterior[0, 0] == pytest.approx(1 / (1 + np.exp(-3)))


def test_names_decide_the_order_and_nothing_is_lost() -> None:
    table = random_table(np.random.default_rng(0), 12, 5, 3)
    first, second = (by_name(read(t)) for t in (table, table.sample(frac=1, random_state=1)))
    assert first.units == second.units == tuple(sorted(set(table["unit"])))
    for name in ("unit", "worker", "code"):
        assert getattr(first, name).tolist() == getattr(second, name).tolist()
    rows = {
        (first.units[u], first.workers[w], first.values[c])
        for u, w, c in zip(first.unit, first.worker, first.code, strict=True)
    }
    assert rows == set(table.itertuples(index=False, name=None))


def test_softplus_neither_overflows_nor_vanishes() -> None:
    x = np.array([-800.0, -30.0, 0.0, 30.0, 800.0])
    np.testing.assert_allclose(softplus(x), np.logaddexp(0, x))

"""crowd-kit's methods behind our names."""

import sys

import numpy as np
import pytest
from crowdkit.aggregation import MMSR, DawidSkene

from analysis.aggregation.aggregate import aggregate
from db.errors import UsageError
from tests.analysis.aggregation.crowds import coins, renamed
from tests.analysis.support import judgements


@pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword")
def test_posteriors_are_theirs() -> None:
    table, _, _ = coins(0, units=20)
    theirs = DawidSkene().fit_predict_proba(renamed(table))
    ours = aggregate(table, "crowdkit:DawidSkene")
    expected = theirs.loc[list(ours.units), list(ours.labels)].to_numpy()
    np.testing.assert_allclose(ours.posterior, expected, atol=1e-9)
    assert ours.method == "crowdkit:DawidSkene"


@pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword")
def test_a_method_without_probabilities_says_so() -> None:
    table, truth, _ = coins(1, units=60)
    ours = aggregate(table, "crowdkit:MMSR")
    assert "MMSR gives labels without probabilities" in ours.notes
    assert set(np.unique(ours.posterior)) == {0.0, 1.0}
    assert "skill" in ours.workers
    right = np.mean([truth[u] == c for u, c in zip(ours.units, ours.consensus, strict=True)])
    theirs = MMSR().fit_predict(renamed(table))
    assert right == pytest.approx(np.mean([truth[u] == theirs[u] for u in truth]), abs=0.1)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crowdkit.aggregation", None)
    with pytest.raises(UsageError, match=r"needs crowd-kit: pip install 'konkyo\[crowdkit\]'"):
        aggregate(judgements("a x 1"), "crowdkit:Wawa")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UsageError, match="no crowd-kit method called 'Foo'"):
        aggregate(judgements("a x 1"), "crowdkit:Foo")


def test_options_are_refused() -> None:
    with pytest.raises(UsageError, match="no option 'smoothing'"):
        aggregate(judgements("a x 1"), "crowdkit:Wawa", smoothing=1)

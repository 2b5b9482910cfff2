"""Majority vote: ties stay ties."""

import numpy as np
import pytest
from crowdkit.aggregation import MajorityVote

from analysis.aggregation.accuracy import accuracy, gold_of
from analysis.aggregation.aggregate import aggregate
from tests.analysis.support import judgements, random_table, snow


def test_tied_labels_share_the_posterior_and_the_consensus_is_open() -> None:
    result = aggregate(judgements("a x yes\na y no\nb x yes\nb y yes\nb z no"))
    assert result.labels == ("no", "yes")
    assert result.posterior.tolist() == [[0.5, 0.5], [0.0, 1.0]]
    assert result.consensus == [None, "yes"]
    assert result.tied.tolist() == [True, False]
    assert result.notes == ("1 of 2 units tied",)


def test_a_tie_of_three_is_split_in_three() -> None:
    result = aggregate(judgements("a v 1\na w 2\na x 3\na y 3\na z 2\na u 1"))
    assert result.posterior[0] == pytest.approx([1 / 3] * 3)


@pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword")
def test_shares_of_the_votes_are_there_on_request_and_agree_with_another_library() -> None:
    table = random_table(np.random.default_rng(0), 60, 12, 4)
    ours = aggregate(table, shares=True)
    theirs = MajorityVote().fit_predict_proba(
        table.rename(columns={"unit": "task", "value": "label"})
    )
    expected = theirs.loc[list(ours.units), list(ours.labels)].to_numpy()
    np.testing.assert_allclose(ours.posterior, expected)
    chosen = MajorityVote().fit_predict(table.rename(columns={"unit": "task", "value": "label"}))
    for unit, label in zip(ours.units, ours.consensus, strict=True):
        assert label is None or label == chosen[unit]


def test_entropy_runs_from_certain_to_no_idea() -> None:
    result = aggregate(judgements("a x 1\na y 2\nb x 1\nb y 1"))
    assert result.entropy == pytest.approx([np.log(2), 0.0])


def test_reliability_is_agreement_with_the_others_only() -> None:
    # x agrees with one of two others in a, and with nobody's company in b: (1/2) over one unit.
    result = aggregate(judgements("a x 1\na y 1\na z 2\nb x 2"))
    assert result.workers.loc["x", "reliability"] == pytest.approx(0.5)
    assert result.workers.loc["z", "reliability"] == pytest.approx(0.0)
    assert result.workers.loc["x", "judgements"] == 2


def test_a_worker_without_company_has_no_reliability() -> None:
    result = aggregate(judgements("a x 1\nb y 2"))
    assert result.workers["reliability"].isna().all()


def test_textual_entailment_is_reproduced_with_ties_split() -> None:
    table = snow("rte")
    result = aggregate(table)
    assert int(result.tied.sum()) == 65
    found = accuracy(result, gold_of(table))
    assert found.value == pytest.approx(0.8969, abs=5e-5)
    assert found.note == "65 units tied"
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high
    # All ties to 0, or all to 1, give the figures that the data's description gives.
    gold = gold_of(table)
    for label, expected in ((0, 0.919), (1, 0.875)):
        chosen = [label if c is None else c for c in result.consensus]
        right = np.mean([c == gold[u] for c, u in zip(chosen, result.units, strict=True)])
        assert right == pytest.approx(expected, abs=5e-4)

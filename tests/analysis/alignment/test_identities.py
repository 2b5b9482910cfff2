"""What must hold whatever the data: ends of the scales, chance, and a model as good as a person."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.alignment.align import align
from analysis.alignment.base import AlignmentResult
from db.ragged import Ragged
from db.records import Marks
from tests.analysis.support import marks_of, one, random_map, random_marks, yelp_hat


def values(result: AlignmentResult) -> dict[tuple[str, str], float | None]:
    return {(e.name, e.subject): e.value for e in result.estimates if e.over == "units"}


def alike(workers: int = 3) -> Marks:
    """Five texts on which all workers marked the same, some but never all of the tokens."""
    rng = np.random.default_rng(0)
    texts: dict[str, dict[str, str]] = {}
    for i in range(5):
        mask = "01" + "".join(str(int(m)) for m in rng.random(9) < 0.4)
        texts[f"i{i}"] = {f"w{w:02d}": mask for w in range(workers)}
    return marks_of(texts)


def masks_as_map(marks: Marks, flip: bool = False) -> Ragged:
    """Everybody's mask, which is the same, as a map; `flip`: its complement."""
    first = np.unique(marks.instance, return_index=True)[1]
    masks = marks.masks.take(first)
    scores = masks.values.astype(np.float32)
    return masks.with_values(1 - scores if flip else scores)


@pytest.mark.parametrize("average", ["macro", "micro"])
@pytest.mark.parametrize("policy", ["each", "union", "majority", "intersection"])
def test_the_gold_is_the_best_map_and_its_complement_the_worst(policy: str, average: str) -> None:
    marks = alike()
    maps = {"same": masks_as_map(marks), "complement": masks_as_map(marks, flip=True)}
    found = values(align(maps, marks, gold_policy=policy, average=average, bootstrap=0))  # type: ignore[arg-type]
    for metric in (
        "token_precision", "token_recall", "token_f1", "iou_f1", "token_iou", "auroc",
        "average_precision", "pearson", "spearman", "kendall", "topk_overlap",
    ):  # fmt: skip
        assert found[metric, "same"] == pytest.approx(1), metric
    assert found["js_divergence", "same"] == pytest.approx(0, abs=1e-12)
    assert found["auroc", "complement"] == 0
    assert found["js_divergence", "complement"] == pytest.approx(1)
    assert found["pearson", "complement"] == pytest.approx(-1)


def test_against_the_complement_of_half_the_tokens_f1_is_0() -> None:
    # As many tokens are unmarked as marked, so that the complement fills all k places.
    marks = marks_of({"i": {"x": "110010", "y": "110010"}, "j": {"x": "10", "y": "10"}})
    found = values(align({"m": masks_as_map(marks, flip=True)}, marks, bootstrap=0))
    assert found["token_f1", "m"] == found["iou_f1", "m"] == found["auroc", "m"] == 0


def test_a_monotone_transform_changes_nothing_but_pearson_and_the_divergence() -> None:
    marks = random_marks(np.random.default_rng(1), 40, 5)
    plain = random_map(np.random.default_rng(2), marks, levels=5)
    bent = plain.with_values(np.exp(plain.values.astype(np.float64)))
    found = values(align({"plain": plain, "bent": bent}, marks, bootstrap=0))
    names = {name for name, _ in found} - {"pearson", "js_divergence"}
    for name in names:
        assert found[name, "plain"] == pytest.approx(found[name, "bent"]), name


def test_pearson_survives_a_shift_and_a_scale_and_the_divergence_a_scale() -> None:
    marks = random_marks(np.random.default_rng(1), 40, 5)
    plain = random_map(np.random.default_rng(2), marks)
    numbers = plain.values.astype(np.float64)
    maps = {"plain": plain, "moved": plain.with_values(4 * numbers - 9)}
    maps["scaled"] = plain.with_values(4 * numbers)
    found = values(align(maps, marks, bootstrap=0))
    assert found["pearson", "plain"] == pytest.approx(found["pearson", "moved"])
    assert found["js_divergence", "plain"] == pytest.approx(found["js_divergence", "scaled"])


def test_a_model_as_good_as_a_worker_scores_what_people_score() -> None:
    # Four masks a text, drawn alike around one truth; the fourth is given to the model.
    rng = np.random.default_rng(3)
    texts: dict[str, dict[str, str]] = {}
    model = []
    for i in range(250):
        truth = rng.random(15) < 0.4
        masks = [truth ^ (rng.random(15) < 0.15) for _ in range(4)]
        texts[f"i{i}"] = {
            f"w{w}": "".join(str(int(m)) for m in mask) for w, mask in enumerate(masks[:3])
        }
        model.append(masks[3].astype(np.float32))
    marks = marks_of(texts)
    result = align({"peer": Ragged.from_rows(model)}, marks, ties="expected", bootstrap=300)
    for metric in ("token_f1", "token_precision", "token_recall", "auroc", "pearson", "kendall"):
        people = one(result.estimates, metric, "people")
        peer = one(result.estimates, metric, "peer")
        assert people.value is not None and peer.low is not None and peer.high is not None
        assert peer.low <= people.value <= peer.high, metric
    normalised = one(result.estimates, "token_f1_normalised", "peer")
    assert normalised.low is not None and normalised.high is not None
    assert normalised.low <= 1 <= normalised.high


def test_people_of_part_6_of_yelp_hat() -> None:
    marks = yelp_hat("part6_100words.csv")
    flat = Ragged(np.zeros(int(_lengths(marks).sum()), np.float32), _offsets(marks))
    result = align({"flat": flat}, marks, families=["ranking"], bootstrap=0)
    assert one(result.estimates, "auroc", "people").value == pytest.approx(0.714, abs=1e-3)


def _lengths(marks: Marks) -> np.ndarray:
    lengths = np.zeros(len(marks.instance_ids), dtype=np.int64)
    lengths[marks.instance] = marks.masks.lengths
    return lengths


def _offsets(marks: Marks) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(_lengths(marks))])


def test_micro_averages_add_up_hits_and_counts_of_instances() -> None:
    # i: k 1, hit (F1 1). j: k 3 of 6 tokens, one hit (F1 1/3). Macro 2/3; micro 2·2 / (4 + 4) = ½.
    marks = marks_of({"i": {"x": "10"}, "j": {"x": "111000"}})
    maps = {"m": Ragged.from_rows([np.array([2.0, 1]), np.array([6.0, 0, 0, 5, 4, 0])])}
    macro, micro = (
        values(align(maps, marks, average=a, families=["topk"], bootstrap=0))  # type: ignore[arg-type]
        for a in ("macro", "micro")
    )
    assert macro["token_f1", "m"] == pytest.approx(2 / 3)
    assert micro["token_f1", "m"] == pytest.approx(1 / 2)
    # The constant map expects 1·½ + 3·½ hits of 4.
    assert micro["token_recall", "constant"] == pytest.approx(2 / 4)


def test_a_micro_average_weighs_every_instance_once_however_many_marked_it() -> None:
    marks = marks_of({"i": {"x": "10"}, "j": {"x": "0110", "y": "0110", "z": "0110"}})
    maps = {"m": Ragged.from_rows([np.array([1.0, 2]), np.array([0.0, 3, 2, 1])])}
    found = values(align(maps, marks, average="micro", families=["topk"], bootstrap=0))
    # Hits 0 of 1 in i, 2 of 2 in j, by each of three golds: 2 · 2 / (3 + 3).
    assert found["token_f1", "m"] == pytest.approx(4 / 6)


def test_ties_in_expectation_make_an_even_map_the_constant_map() -> None:
    marks = random_marks(np.random.default_rng(4), 50, 6)
    even = random_map(np.random.default_rng(5), marks)
    even = even.with_values(np.full(len(even.values), 3.0))
    result = align({"even": even}, marks, ties="expected", families=["topk"], bootstrap=0)
    found = values(result)
    for metric in ("token_precision", "token_recall", "token_f1"):
        assert found[metric, "even"] == pytest.approx(found[metric, "constant"])
    assert any("the expected score was taken" in note for note in result.notes)
    assert result.contracts[0].ties == "at the cut in expectation over random choice"


def test_features_are_called_features() -> None:
    marks = marks_of({"i": {"x": "1100", "y": "0000"}, "j": {"x": "11", "y": "01"}})
    maps = {"m": random_map(np.random.default_rng(0), marks)}
    result = align(maps, marks, bootstrap=0, noun="feature", k=2)
    said = [*result.notes, *result.excluded, *(c.line() for c in result.contracts)]
    said = [sentence for s in said for sentence in s.split(": ")[1:]]
    assert any("feature" in sentence for sentence in said)
    assert not any("token" in sentence.split() for sentence in said)
    assert {c.unit for c in result.contracts} == {"feature"}


def test_maps_that_give_no_score_are_counted_by_explainer() -> None:
    marks = marks_of({"i": {"x": "10", "y": "01"}, "j": {"x": "110", "y": "010"}})
    even = Ragged.from_rows([np.array([0.0, 0]), np.array([1.0, 2, 3])])
    excluded = align({"m": even}, marks, bootstrap=0).excluded
    assert excluded["js_divergence: map of 'm' that gives no score"] == 2
    assert excluded["pearson: map of 'm' that gives no score"] == 2


def test_an_instance_without_tokens_is_counted_and_breaks_nothing() -> None:
    marks = marks_of({"empty": {"x": "", "y": ""}, "i": {"x": "10", "y": "10"}})
    maps = {"m": Ragged.from_rows([np.empty(0), np.array([2.0, 1])])}
    result = align(maps, marks, bootstrap=0)
    assert values(result)["token_f1", "m"] == 1
    reason = "token_precision, token_recall, token_f1: gold that marks no token"
    assert result.excluded[reason] == 2


def test_an_infinite_score_is_refused_by_name() -> None:
    from db.errors import DataError

    marks = alike()
    bad = masks_as_map(marks).with_values(np.full(len(masks_as_map(marks).values), np.inf))
    with pytest.raises(DataError, match="explainer 'm' has a score that is infinite"):
        align({"m": bad}, marks)
    with pytest.raises(DataError, match="marked instance 'i0' twice"):
        align({"m": masks_as_map(marks)}, replace(marks, worker=marks.worker * 0))

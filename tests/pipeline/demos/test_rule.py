"""Evidence by a rule: how instances are divided, and what the rules mark."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.masks import decode
from db.records import Instance
from pipeline.corpus.embedded import digits, write_digits, write_rows
from pipeline.demos import image, tabular
from pipeline.demos.rule import Ruled, divided
from pipeline.formats import images, rows
from pipeline.formats.base import ReadOptions, whole
from pipeline.formats.instances import row_instance


def _rows(counts: list[int]) -> list[Instance]:
    labels = [str(label) for label, n in enumerate(counts) for _ in range(n)]
    return [
        row_instance({"x": float(number)}, {"label": label}) for number, label in enumerate(labels)
    ]


@settings(max_examples=40)
@given(st.lists(st.integers(5, 40), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_every_label_has_a_place_in_every_part(counts: list[int], seed: int) -> None:
    found = divided(_rows(counts), seed)
    assert [one.id for one in found] == [one.id for one in _rows(counts)]  # the old order
    there = Counter((one.label, one.split) for one in found)
    for label, n in enumerate(counts):
        assert there[str(label), "train"] >= n / 2
        assert there[str(label), "test"] > 0
    assert [i.split for i in found] == [i.split for i in divided(_rows(counts), seed)]


def test_a_sample_is_drawn_by_the_seed() -> None:
    everything = _rows([50, 50])
    first, second = (divided(everything, seed, 20) for seed in (1, 2))
    assert len(first) == len(second) == 20
    assert {one.id for one in first} != {one.id for one in second}
    assert [one.id for one in first] == [one.id for one in divided(everything, 1, 20)]


def test_features_speak_by_how_far_they_are_out_on_the_side_of_the_label(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Training: "a" is high in `up`, low in `down`; `flat` is the same in both classes.

    A test row of "a" with `up` far above the mean, `down` above it (as "b" is) and `flat` extreme:
    `up` speaks for its label, `down` against, `flat` not at all.
    """
    monkeypatch.setattr(tabular, "MARKED", 1)
    training = [
        row_instance({"down": -d, "flat": f, "up": d}, {"label": label, "split": "train"})
        for label, d in (("a", 1.0), ("a", 1.2), ("b", -1.0), ("b", -1.2))
        for f in (-1.0, 1.0)
    ]
    asked = row_instance({"down": 3.0, "flat": 50.0, "up": 2.0}, {"label": "a", "split": "test"})
    found = tabular.strongest([*training, asked])
    assert found[asked.id] == [2]
    of_b = row_instance({"down": 3.0, "flat": 50.0, "up": 2.0001}, {"label": "b", "split": "test"})
    assert tabular.strongest([*training, of_b])[of_b.id] == [0]


def test_rules_learn_from_training_alone(tmp_path: Path) -> None:
    """What stands in the test part, and what it is called, changes nothing elsewhere."""
    write_rows("breast_cancer", tmp_path / "rows.csv")
    table = divided(whole(rows.read(tmp_path / "rows.csv", ReadOptions())).instances, 1, 80)
    write_digits(tmp_path / "digits", 6, image.ENLARGE)
    pictures = divided(whole(images.read(tmp_path / "digits", ReadOptions())).instances, 1)
    for rule, data in ((tabular.strongest, table), (image.most_different, pictures)):
        labels = sorted({str(one.label) for one in data})
        wrong = [
            one
            if one.split == "train"
            else replace(one, label=labels[labels.index(str(one.label)) - 1])
            for one in data
        ]
        first, second = rule(data), rule(wrong)
        assert all(first[i.id] == second[i.id] for i in data if i.split == "train")
        assert any(first[i.id] != second[i.id] for i in data if i.split != "train")


def test_pixels_are_those_where_ink_and_the_nearest_other_mean_are_furthest_apart(
    tmp_path: Path,
) -> None:
    """Read pixel by pixel, in plain Python."""
    write_digits(tmp_path / "digits", 6, image.ENLARGE)
    data = divided(whole(images.read(tmp_path / "digits", ReadOptions())).instances, 1)
    ink, _ = digits()
    drawn = {i.id: ink[int(i.attributes["file"][-8:-4])].ravel().tolist() for i in data}
    means = {}
    for label in {i.label for i in data}:
        mine = [drawn[i.id] for i in data if i.label == label and i.split == "train"]
        means[label] = [sum(column) / len(mine) for column in zip(*mine, strict=True)]
    marked = image.most_different(data)
    for one in data[::7]:
        mine = drawn[one.id]
        others = [mean for label, mean in means.items() if label != one.label]
        nearest = min(others, key=lambda m: sum((a - b) ** 2 for a, b in zip(mine, m, strict=True)))
        apart = [abs(a - b) for a, b in zip(mine, nearest, strict=True)]
        small = decode(marked[one.id])[:: image.ENLARGE, :: image.ENLARGE].ravel()
        assert decode(marked[one.id]).shape == (one.size or ())[::-1]
        assert small.sum() == image.MARKED
        chosen = [a for a, is_marked in zip(apart, small, strict=True) if is_marked]
        rest = [a for a, is_marked in zip(apart, small, strict=True) if not is_marked]
        assert min(chosen) >= max(rest)


def test_annotations_name_nobody_and_say_that_a_rule_made_them(tmp_path: Path) -> None:
    write_rows("iris", tmp_path / "iris.csv")
    reader = Ruled(rows.read, lambda some: {one.id: [0] for one in some}, "a rule", seed=1, most=30)
    found = whole(reader(tmp_path / "iris.csv", ReadOptions()))
    assert found.annotators == "a rule"
    assert len(found.instances) == len(found.annotations) == 30
    assert {a.worker for a in found.annotations} == {None}
    by_id = {one.id: one for one in found.instances}
    assert all(
        a.values == {"label": by_id[a.instance_id].label, "marks": [0]} for a in found.annotations
    )
    assert np.isin([one.split for one in found.instances], ["train", "validation", "test"]).all()

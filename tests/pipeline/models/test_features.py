"""How rows are read: standardised numbers, known words, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from db.errors import DataError
from db.records import Instance
from pipeline.formats.instances import row_instance
from pipeline.models.features import Features
from pipeline.models.settings import Settings

ROWS = [
    {"age": 20.0, "city": "Oslo", "dose": 1.0},
    {"age": 30.0, "city": "Kyoto", "dose": 1.0},
    {"age": 46.0, "city": "Oslo", "dose": 1.0},
]


def made(rows: list[dict[str, str | float]]) -> list[Instance]:
    return [row_instance(row, {}) for row in rows]


def learned(rows: list[dict[str, str | float]]) -> Features:
    return Features.learn(made(rows), Settings(kind="mlp"))


def values_of(features: Features, row: dict[str, str | float]) -> np.ndarray:
    found = features.units(row_instance(row, {})).values
    assert found is not None and found.dtype == np.float32
    return found


def test_numbers_are_standardised_and_words_stand_at_their_own_place() -> None:
    features = learned(ROWS)
    assert (features.width, features.shape) == (2, ())
    values = values_of(features, ROWS[2])
    np.testing.assert_allclose(values[0], [14 / np.std([20, 30, 46]), 0], rtol=1e-6)
    assert values[1].tolist() == [0.0, 1.0]  # Kyoto, Oslo
    assert values[2].tolist() == [0.0, 0.0]  # never changes: always its mean


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(*[st.floats(-1e6, 1e6, allow_nan=False, width=32)] * 3),
        min_size=2,
        max_size=20,
        unique=True,
    )
)
def test_numbers_are_what_scikit_learn_makes_of_them(table: list[tuple[float, ...]]) -> None:
    rows = [dict(zip("abc", line, strict=True)) for line in table]
    features = learned(rows)
    ours = np.stack([values_of(features, row)[:, 0] for row in rows])
    theirs = StandardScaler().fit_transform(np.array(table))
    moving = np.array(table).std(axis=0) > 1e-3  # it has a rule of its own for near constants
    np.testing.assert_allclose(ours[:, moving], theirs[:, moving], rtol=1e-3, atol=1e-3)


def test_a_row_is_read_in_its_own_order_and_says_where_the_model_has_each_feature() -> None:
    features = learned(ROWS)
    turned = dict(reversed(ROWS[0].items()))
    assert (values_of(features, turned) == values_of(features, ROWS[0])[::-1]).all()
    places = features.units(row_instance(turned, {})).places
    assert places is not None and places.tolist() == [2, 1, 0]
    assert features.units(row_instance(ROWS[0], {})).places is None


def test_an_unseen_word_is_none_and_is_said() -> None:
    features = learned(ROWS)
    strange = {**ROWS[0], "city": "Lima"}
    assert values_of(features, strange)[1].tolist() == [0.0, 0.0]
    assert features.notes(made([strange, ROWS[1]])) == [
        "feature city: 1 row has a word that was not seen in training, read as none"
    ]


def test_a_feature_of_words_and_numbers_is_one_of_words() -> None:
    features = learned([{"floor": 1.0}, {"floor": "roof"}, {"floor": 2.0}])
    assert features.read["floor"] == ("1", "2", "roof")
    assert values_of(features, {"floor": 2.0}).tolist() == [[0.0, 1.0, 0.0]]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"age": 20.0, "city": "Oslo"}, "has no feature 'dose'"),
        ({**ROWS[0], "pulse": 60.0}, "has a feature 'pulse' that others do not have"),
        ({**ROWS[0], "age": "old"}, "feature 'age' of row .* is 'old', and training saw numbers"),
        ({**ROWS[0], "age": float("inf")}, "feature 'age' of row .* is no finite number"),
    ],
)
def test_rows_that_cannot_be_read_are_named(row: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        learned(ROWS).units(row_instance(row, {}))


def test_what_cannot_be_learned_from_is_said() -> None:
    with pytest.raises(DataError, match="has no feature 'b'"):
        learned([{"a": 1.0, "b": 2.0}, {"a": 1.0}])
    with pytest.raises(DataError, match="too large to be standardised"):
        learned([{"a": 1.7e308}, {"a": -1.7e308}])


def test_written_and_read_again(tmp_path: Path) -> None:
    features, path = learned(ROWS), tmp_path / Features.file
    path.write_text(features.written(), "utf-8")
    assert Features.load(path) == features
    path.write_text("[1, 2", "utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        Features.load(path)

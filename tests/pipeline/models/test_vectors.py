"""Word vectors are read from a text file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from db.errors import DataError
from pipeline.models.settings import Settings
from pipeline.models.training import fit
from pipeline.models.vectors import read_vectors
from pipeline.models.vocabulary import Vocabulary
from tests.support.data import reviews

VOCABULARY = Vocabulary(("good", "soup", "unseen"))  # ids 2, 3, 4


def write(folder: Path, content: str) -> Path:
    path = folder / "vectors.txt"
    path.write_text(content)
    return path


def test_vectors_of_known_words_are_kept_under_their_ids(tmp_path: Path) -> None:
    path = write(tmp_path, "soup 1 2\nother 9 9\ngood 3 -4.5\n")
    vectors = read_vectors(path, VOCABULARY, 2)
    assert vectors.ids.tolist() == [2, 3]
    assert vectors.values.tolist() == [[3, -4.5], [1, 2]]


def test_the_header_of_word2vec_is_no_word_and_a_word_may_hold_blanks(tmp_path: Path) -> None:
    path = write(tmp_path, "3 2\n. . . 7 7\ngood 1 2\n")
    assert read_vectors(path, VOCABULARY, 2).ids.tolist() == [2]


def test_the_exact_spelling_wins_over_one_that_normalises_to_it(tmp_path: Path) -> None:
    path = write(tmp_path, "Good 1 1\ngood 2 2\nSOUP 3 3\nSoup 4 4\n")
    assert read_vectors(path, VOCABULARY, 2).values.tolist() == [[2, 2], [3, 3]]


def test_a_line_with_too_few_numbers_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "good 1 2\nsoup 1\n")
    with pytest.raises(DataError, match="line 2: 1 numbers"):
        read_vectors(path, VOCABULARY, 2)


def test_a_line_that_is_not_numbers_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no number"):
        read_vectors(write(tmp_path, "good 1 x\n"), VOCABULARY, 2)
    with pytest.raises(DataError, match="none.txt"):
        read_vectors(tmp_path / "none.txt", VOCABULARY, 2)


def test_training_starts_from_the_vectors(tmp_path: Path) -> None:
    path = write(tmp_path, "good " + " ".join(["7"] * 4) + "\n")
    settings = Settings(
        embedding_dim=4, hidden_dim=2, epochs=1, learning_rate=1e-9, vectors=str(path), device="cpu"
    )
    fitted = fit(reviews(60)[0], settings=settings)
    place = int(fitted.model.vocabulary.ids(["good"])[0])
    learned = fitted.model.module.state_dict()["embedding.weight"][place].numpy()
    np.testing.assert_allclose(learned, 7, rtol=1e-5)
    assert any("word vectors for 1 of" in note for note in fitted.notes)

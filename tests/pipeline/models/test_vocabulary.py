"""Tokens become ids, one for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.errors import DataError
from pipeline.models.vocabulary import UNKNOWN, Vocabulary, normalise


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("Great!", "great"),
        ("“Straße,”", "strasse"),
        ("don't", "don't"),
        ("cafe\u0301", "café"),  # NFC: e and the accent become one code point
        ("...", "..."),  # nothing would be left
        ("$19.99,", "$00.00"),
        ("2019", "0000"),
        ("٢٠", "00"),  # digits of any script
    ],
)
def test_a_token_stands_for_its_normalised_word(token: str, word: str) -> None:
    assert normalise(token) == word


def test_every_token_gets_one_id_known_or_not() -> None:
    vocabulary = Vocabulary.build([["Good", "food", "good"]])
    assert vocabulary.ids(["good!", "--", "food", "", "GOOD"]).tolist() == [2, 1, 3, 1, 2]


def test_words_are_ordered_by_frequency_then_spelling_and_rare_ones_left_out() -> None:
    texts = [["b", "b", "a", "a", "c"], ["c", "c", "rare"]]
    assert Vocabulary.build(texts, min_count=2).words == ("c", "a", "b")


def test_a_word_spelled_like_a_special_id_is_a_word() -> None:
    vocabulary = Vocabulary.build([["<unk>"]])
    assert vocabulary.ids(["<unk>"]).tolist() != [UNKNOWN]


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    vocabulary = Vocabulary.build([["ÖL", "根拠", '"', "öl"]])
    (tmp_path / "v.json").write_text(vocabulary.written(), "utf-8")
    assert Vocabulary.load(tmp_path / "v.json") == vocabulary


@pytest.mark.parametrize("content", ["[", '{"a": 1}', "[1]"])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "v.json").write_text(content)
    with pytest.raises(DataError, match="v.json"):
        Vocabulary.load(tmp_path / "v.json")


def test_words_that_no_encoding_carries_survive_a_file(tmp_path: Path) -> None:
    words = Vocabulary(("fine", "half \ud83d", "😀"))
    (tmp_path / "words.json").write_text(words.written(), "utf-8")
    assert Vocabulary.load(tmp_path / "words.json") == words

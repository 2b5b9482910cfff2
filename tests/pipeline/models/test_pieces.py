"""Pieces of three tokenizers, and which token each belongs to."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import ConfigError, DataError
from db.records import Instance, instance_id
from pipeline.models.piece_units import by_token, owners
from pipeline.models.pieces import Pieces
from pipeline.models.vocabulary import PRESENT
from tests.pipeline.models.support import pair
from tests.support.data import instance

pytest.importorskip("transformers")

from tests.pipeline.models import pretrained

TEXTS = [*pretrained.corpus(12), instance("Crème brûlée ☕👍 was n't bad… 12,50 €")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("pieces")
    return {name: pretrained.write(root / name, name) for name in pretrained.ARCHITECTURES}


@pytest.fixture(params=pretrained.ARCHITECTURES)
def folder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    return folders[request.param]


def learned(folder: Path) -> Pieces:
    return Pieces.learn([], pretrained.settings_of(folder))


def flat(values: np.ndarray) -> list[int]:
    return values[values >= 0].tolist()


def test_the_pieces_of_all_tokens_are_those_of_the_text(folder: Path) -> None:
    encoding, (_, own) = learned(folder), pretrained.plain(folder)
    for text in TEXTS:
        units = encoding.units(text)
        assert units.values.shape[0] == text.n_tokens == units.first
        assert units.values.dtype == np.int64
        assert (units.ids == PRESENT).all()
        expected = own(text.text, add_special_tokens=False)["input_ids"]
        assert flat(units.values) == expected


def test_the_pieces_of_a_token_spell_it(folder: Path) -> None:
    encoding, (_, own) = learned(folder), pretrained.plain(folder)
    text = TEXTS[0]
    fold = str.lower if folder.name == "bert" else str
    for token, row in zip(text.tokens, encoding.units(text).values, strict=True):
        said = own.backend_tokenizer.decode(flat(row))
        assert said.replace(" ", "") == fold(token)


def test_a_word_is_cut_into_several_pieces_and_short_rows_end_in_none(folder: Path) -> None:
    values = learned(folder).units(instance("the zyxwvutsrq")).values
    assert (values[0] >= 0).sum() < (values[1] >= 0).sum() == values.shape[1]
    assert (values[0, (values[0] >= 0).sum() :] == -1).all()


def test_capitals_and_accents_mean_nothing_to_a_tokenizer_that_drops_them(
    folders: dict[str, Path],
) -> None:
    encoding = learned(folders["bert"])
    accented, bare = (encoding.units(instance(text)).values for text in ("Crème", "creme"))
    assert accented.tolist() == bare.tolist()


def test_a_token_without_a_piece_is_the_unknown_piece(folders: dict[str, Path]) -> None:
    encoding = learned(folders["bert"])
    text = "good \u200b\u0007 soup"  # a token of signs that BERT's normaliser takes out
    spans = np.array([[0, 4], [5, 7], [8, 12]], dtype=np.int32)
    units = encoding.units(Instance(instance_id("text", text), "text", text, spans))
    assert units.values[1].tolist() == [encoding.unknown] + [-1] * (units.values.shape[1] - 1)


def test_both_texts_of_a_pair_are_read_each_on_its_own(folder: Path) -> None:
    encoding = learned(folder)
    both = encoding.units(pair("the soup was good", "bad bread"))
    assert (both.first, both.second) == (4, 2)
    first = encoding.units(instance("the soup was good")).values
    second = encoding.units(instance("bad bread")).values
    assert flat(both.values[:4]) == flat(first)
    assert flat(both.values[4:]) == flat(second)


spans = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), min_size=1, max_size=8)


def laid(given: list[tuple[int, int]]) -> np.ndarray:
    """Spans one after the other, from (gap, length)."""
    ends = np.cumsum([gap + length for gap, length in given])
    return np.stack([ends - [length for _, length in given], ends], axis=1).astype(np.int64)


def owner_in_words(piece: np.ndarray, tokens: np.ndarray) -> int:
    """The definition, piece by piece: most of it, the first of equals; else the next, the last."""
    held = [min(b, piece[1]) - max(a, piece[0]) for a, b in tokens]
    if max(held) > 0:
        return held.index(max(held))
    after = [number for number, (_, end) in enumerate(tokens) if end > piece[0]]
    return after[0] if after else len(tokens) - 1


@given(spans, spans)
def test_a_piece_belongs_to_the_token_with_most_of_it(
    pieces: list[tuple[int, int]], tokens: list[tuple[int, int]]
) -> None:
    made, known = laid(pieces), laid(tokens)
    expected = [owner_in_words(piece, known) for piece in made]
    assert owners(made, known).tolist() == expected


def test_pieces_are_set_in_rows() -> None:
    made = by_token(np.array([7, 8, 9]), np.array([0, 2, 2]), 3, unknown=1)
    assert made.tolist() == [[7, -1], [1, -1], [8, 9]]


def test_its_file_holds_everything(folder: Path, tmp_path: Path) -> None:
    encoding = learned(folder)
    (tmp_path / "tokenizer.json").write_text(encoding.written(), "utf-8")
    again = Pieces.load(tmp_path / "tokenizer.json")
    for copy in (again, pickle.loads(pickle.dumps(encoding))):
        assert copy.written() == encoding.written()
        for text in TEXTS[:3]:
            assert copy.units(text).values.tolist() == encoding.units(text).values.tolist()
    (tmp_path / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(DataError, match=r"tokenizer\.json cannot be read"):
        Pieces.load(tmp_path / "tokenizer.json")


def test_every_ordinary_piece_is_typical(folder: Path) -> None:
    encoding, (_, own) = learned(folder), pretrained.plain(folder)
    typical = encoding.typical().values[:, 0].tolist()
    assert sorted([*typical, *own.all_special_ids]) == sorted(own.get_vocab().values())


def test_a_text_without_tokens_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="has no tokens"):
        learned(folder).units(instance(""))


def without(folder: Path, into: Path, *names: str) -> Path:
    """A copy of a folder without some files."""
    into.mkdir()
    for one in folder.iterdir():
        if one.name not in names:
            (into / one.name).write_bytes(one.read_bytes())
    return into


def test_what_is_wrong_with_a_folder_is_said(folders: dict[str, Path], tmp_path: Path) -> None:
    good = folders["bert"]
    with pytest.raises(ConfigError, match="needs path"):
        Pieces.learn([], pretrained.Settings(kind="transformer"))
    with pytest.raises(ConfigError, match="there is no folder .*missing"):
        learned(tmp_path / "missing")
    with pytest.raises(ConfigError, match=r"holds no config\.json"):
        learned(without(good, tmp_path / "a", "config.json"))
    bare = without(good, tmp_path / "b", "tokenizer.json")
    with pytest.raises(ConfigError, match="has no tokenizer"):
        learned(bare)
    (bare / "vocab.txt").write_text("a\nb\n")
    with pytest.raises(ConfigError, match="only files of a slow tokenizer"):
        learned(bare)
    for name, about in (("config.json", "config"), ("tokenizer.json", "tokenizer")):
        broken = without(good, tmp_path / f"broken {about}")
        (broken / name).write_text('{"model_type": ')
        with pytest.raises(ConfigError, match=f"its {about}.* cannot be read"):
            learned(broken)

"""Word vectors from a text file (GloVe, or word2vec with its header line)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from pipeline.models.vocabulary import SPECIAL, Vocabulary, normalise


@dataclass(frozen=True, eq=False)
class Vectors:
    """`ids`: int64, shape (F,), the words found; `values`: float32, shape (F, D)."""

    ids: NDArray[np.int64]
    values: NDArray[np.float32]


def read_vectors(path: Path, vocabulary: Vocabulary, dim: int) -> Vectors:
    """Vectors of the vocabulary's words, each line being a word and `dim` numbers.

    A word written in the file as it stands in the vocabulary wins over spellings that only
    normalise to it; among these the first wins (such files are sorted by frequency).
    """
    wanted = {word: index + SPECIAL for index, word in enumerate(vocabulary.words)}
    exact: dict[int, list[str]] = {}
    similar: dict[int, list[str]] = {}
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                fields = line.rstrip().split(" ")
                if number == 1 and len(fields) == 2:  # word2vec: how many words, how many numbers
                    continue
                if len(fields) <= dim:
                    raise DataError(
                        f"{path}, line {number}: {len(fields) - 1} numbers where the model's "
                        f"embedding_dim is {dim}; set embedding_dim to the file's dimension"
                    )
                word = " ".join(fields[:-dim])
                if word in wanted:
                    exact.setdefault(wanted[word], fields[-dim:])
                elif (other := wanted.get(normalise(word))) is not None:
                    similar.setdefault(other, fields[-dim:])
    except OSError as problem:
        raise DataError(f"word vectors {path} cannot be read: {problem.strerror}") from problem
    found = similar | exact
    return _as_arrays(found, path, dim)


def _as_arrays(found: dict[int, list[str]], path: Path, dim: int) -> Vectors:
    ids = np.array(sorted(found), dtype=np.int64)
    try:
        rows = [np.array(found[index], dtype=np.float32) for index in ids.tolist()]
    except ValueError as problem:
        raise DataError(f"word vectors {path} hold something that is no number") from problem
    return Vectors(ids, np.stack(rows) if rows else np.empty((0, dim), dtype=np.float32))

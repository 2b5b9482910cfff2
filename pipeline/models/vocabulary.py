"""Tokens → ids: one id per token, whatever the token is, so that positions stay what they are."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.records import Instance, InstanceKind
from db.words import counted
from pipeline.models.attributes import AttributeValues
from pipeline.models.encoding import Units
from pipeline.models.settings import Settings

PADDING = 0
UNKNOWN = 1
SPECIAL = 2  # ids below this stand for no word
PRESENT = SPECIAL  # the id of units that are no words

_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=2**16)  # words repeat, and going through the characters of one takes long
def normalise(token: str) -> str:
    """The word a token stands for.

    NFC, case folded, surrounding punctuation stripped (a token of nothing but punctuation stays
    as it is), and every digit written 0: numbers of the same shape share a word, because a small
    corpus sees most numbers once.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", token).casefold())
    start, end = 0, len(folded)
    while start < end and _is_punctuation(folded[start]):
        start += 1
    while end > start and _is_punctuation(folded[end - 1]):
        end -= 1
    return _DIGIT.sub("0", folded[start:end] or folded)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


@dataclass(frozen=True)
class Vocabulary:
    """Words in the order of their ids: word i has the id i + 2 (0 is padding, 1 is unknown).

    `attributes`: the values of attributes that the model tells apart, mostly none.
    """

    words: tuple[str, ...]
    attributes: AttributeValues = field(default_factory=AttributeValues)

    kinds: ClassVar[tuple[InstanceKind, ...]] = ("text", "pair")
    unit: ClassVar[str] = "token"
    file: ClassVar[str] = "vocabulary.json"
    removals: ClassVar[tuple[str, ...]] = ("drop", "mask_token", "mean_embedding")

    @classmethod
    def learn(cls, instances: Sequence[Instance], settings: Settings) -> Self:
        """The words of the training part, and the values of the attributes that are read."""
        words = cls.build((one.tokens for one in instances), settings.min_count)
        return replace(words, attributes=AttributeValues.seen(instances, settings.attributes))

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]], min_count: int = 1) -> Self:
        """Words that occur at least `min_count` times, most frequent first, ties by spelling."""
        counts = Counter(normalise(token) for tokens in texts for token in tokens)
        kept = [word for word, count in counts.items() if count >= min_count]
        return cls(tuple(sorted(kept, key=lambda word: (-counts[word], word))))

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: index + SPECIAL for index, word in enumerate(self.words)}

    def __len__(self) -> int:
        """How many ids there are, the two special ones included."""
        return len(self.words) + SPECIAL

    def ids(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """int64, shape (T,): one id per token; unknown words get 1."""
        known = self._ids
        return np.array([known.get(normalise(token), UNKNOWN) for token in tokens], dtype=np.int64)

    def units(self, instance: Instance) -> Units:
        """One unit a token of either text; an instance without tokens is refused."""
        if len(instance.offsets) == 0:
            raise DataError(f"instance {instance.id} has no tokens; leave it out")
        second = 0 if instance.offsets_pair is None else len(instance.offsets_pair)
        return Units(
            self.ids(instance.tokens),
            len(instance.offsets),
            second,
            attributes=self.attributes.encode(instance.attributes),
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Tokens stand in a line."""
        return ()

    def typical(self) -> Units:
        """Every word once; padding, the zero vector, where there are no words."""
        words = np.arange(SPECIAL, len(self), dtype=np.int64)
        ids = words if len(words) else np.array([PADDING])
        return Units(ids, len(ids))

    def notes(self, instances: Iterable[Instance]) -> list[str]:
        """Attributes that instances lack, or of which they have a value that is not known."""
        return [
            f"attribute {name}: {counted(count, 'instance has', 'instances have')} no value that was "
            "seen in training"
            for name, count in self.attributes.unseen(instances).items()
        ]

    def written(self) -> str:
        """The words as a JSON list; with attributes, an object of both."""
        content: Any = self.words
        if self.attributes:
            content = {"words": self.words, "attributes": self.attributes.values}
        return json.dumps(content, indent=0)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `written` gave."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise DataError(f"the vocabulary {path} cannot be read: {problem}") from problem
        values = content.get("attributes") if isinstance(content, dict) else {}
        words = content.get("words") if isinstance(content, dict) else content
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise DataError(f"the vocabulary {path} is not a list of words")
        if not isinstance(values, dict):
            raise DataError(f"the attributes in the vocabulary {path} are not values by name")
        read = {name: tuple(known) for name, known in values.items()}
        return cls(tuple(words), AttributeValues(read))

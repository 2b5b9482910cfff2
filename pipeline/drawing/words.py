"""Words out of rationales: those that count most in one text, or for one class."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from db.records import Instance, Rationale
from hits.studies.composing import shown_value

LETTERS = re.compile(r"\w")
EDGES = re.compile(r"^\W+|\W+$")


def top_words(instance: Instance, rationale: Rationale, k: int) -> list[str]:
    """Up to `k` different words with the highest positive scores, highest first.

    Of a feature row: its features with their values.
    """
    found: dict[str, str] = {}
    scores = rationale.scores.tolist()
    for at in sorted(range(len(scores)), key=lambda at: (-scores[at], at)):
        word = word_at(instance, at) if scores[at] > 0 else ""
        if word:
            found.setdefault(word.lower(), word)
        if len(found) == k:
            break
    return list(found.values())


def words_of(instance: Instance) -> set[str]:
    """Every word of a text in small letters, without signs around it; every feature of a row."""
    return {word_at(instance, at).lower() for at in range(instance.n_units)}


def word_at(instance: Instance, at: int) -> str:
    """A token without signs around it ("" where it has no letter); of a row, feature and value."""
    if instance.kind == "row":
        name, value = list(instance.features.items())[at]
        return f"{name}: {shown_value(value)}"
    token = instance.tokens[at]
    return EDGES.sub("", token) if LETTERS.search(token) else ""


@dataclass(frozen=True)
class ClassWords:
    """The words that count most for a class, and the instance that they come from most."""

    label: str
    words: tuple[str, ...]
    instance_id: str


def class_words(
    label: str, explained: Iterable[tuple[Instance, Rationale]], k: int, least: int = 2
) -> ClassWords | None:
    """The `k` words of the highest mean positive score over texts of a class.

    Words in fewer than `least` texts are left out; None where fewer than `k` are left.
    """
    sums: dict[str, float] = defaultdict(float)
    texts: dict[str, set[str]] = defaultdict(set)
    for instance, rationale in explained:
        for word, score in _scored(instance, rationale):
            sums[word] += score
            texts[word].add(instance.id)
    common = [word for word in sums if len(texts[word]) >= least and sums[word] > 0]
    chosen = sorted(common, key=lambda word: (-sums[word] / len(texts[word]), word))[:k]
    if len(chosen) < k:
        return None
    return ClassWords(label, tuple(chosen), _richest(chosen, texts))


def _scored(instance: Instance, rationale: Rationale) -> Iterable[tuple[str, float]]:
    for at, score in enumerate(rationale.scores.tolist()):
        word = word_at(instance, at).lower()
        if word:
            yield word, max(score, 0.0)


def _richest(words: Sequence[str], texts: dict[str, set[str]]) -> str:
    """The text that holds most of the words; among equals the first by id."""
    held: dict[str, int] = defaultdict(int)
    for word in words:
        for identity in texts[word]:
            held[identity] += 1
    return min(held, key=lambda identity: (-held[identity], identity))

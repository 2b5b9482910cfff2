"""Small instances for tests, made by hand or drawn."""

from __future__ import annotations

import random
import re

import numpy as np

from db.records import Instance, instance_id

GOOD = ("good", "great", "lovely", "delightful", "superb")
BAD = ("bad", "awful", "dreadful", "dull", "broken")
FILLER = ("the", "film", "we", "saw", "was", "and", "it", "on", "a", "day", "in", "town", "with")


def instance(text: str, label: str | None = None, split: str | None = None) -> Instance:
    """A text with whitespace tokens."""
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    offsets = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return Instance(instance_id("text", text), "text", text, offsets, label=label, split=split)


def reviews(n: int, seed: int = 0) -> tuple[list[Instance], dict[str, list[int]]]:
    """`n` labelled texts with one to three telling words each, and where those stand."""
    rng = random.Random(seed)
    made: list[Instance] = []
    evidence: dict[str, list[int]] = {}
    for number in range(n):
        label = ("negative", "positive")[number % 2]
        words = rng.choices(FILLER, k=rng.randint(6, 14)) + [f"n{number}"]
        telling = rng.choices(GOOD if label == "positive" else BAD, k=rng.randint(1, 3))
        places = sorted(rng.sample(range(len(words) + len(telling)), len(telling)))
        for place, word in zip(places, telling, strict=True):
            words.insert(place, word)
        split = ("train", "train", "train", "validation", "test")[(number // 2) % 5]
        made.append(instance(" ".join(words), label, split))
        evidence[made[-1].id] = places
    return made, evidence

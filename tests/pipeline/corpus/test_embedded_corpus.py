"""The embedded corpus is sound, and its datasheet counts what is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from db.records import Instance
from pipeline.corpus import corpus_path
from pipeline.formats.base import Imported, ReadOptions
from pipeline.formats.jsonl import read as pieces
from tests.support.reading import whole_of

read = whole_of(pieces)

LABELS = ("positive", "negative")
DATASHEET = corpus_path().with_name("DATASHEET.md")


@cache
def corpus() -> Imported:
    return read(corpus_path(), ReadOptions(labels=LABELS))


def marked() -> dict[str, int]:
    """Marked tokens of each review."""
    return {a.instance_id: len(a.values["marks"]) for a in corpus().annotations}


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the datasheet's table whose header begins with `heading`."""
    text = DATASHEET.read_text(encoding="utf-8")
    body = text.split(f"\n| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in body]
    return {row[0]: row[1:] for row in rows}


def test_every_review_has_a_label_a_split_and_evidence() -> None:
    assert len(corpus().instances) == len(corpus().annotations) == 640
    assert corpus().notes == () and corpus().skipped == {}
    for instance in corpus().instances:
        assert instance.label in LABELS
        assert instance.split in ("train", "validation", "test")
        assert set(instance.attributes) == {"domain", "tags"}
        assert marked()[instance.id] > 0


def test_reviews_are_clean_text_of_10_to_60_tokens() -> None:
    for instance in corpus().instances:
        assert 10 <= instance.n_tokens <= 60
        assert instance.text == " ".join(instance.text.split())
        assert instance.text.isprintable()
        assert not re.search(r"[{}\t]", instance.text)


def test_no_two_reviews_are_alike() -> None:
    # Overlap of word triples, as a share of the shorter review: stock phrases at most.
    words = [re.findall(r"[a-z']+", i.text.lower()) for i in corpus().instances]
    triples = [set(zip(w, w[1:], w[2:], strict=False)) for w in words]
    overlap = max(
        len(a & b) / min(len(a), len(b)) for n, a in enumerate(triples) for b in triples[:n]
    )
    assert overlap < 1 / 3


def test_splits_are_60_15_25_in_every_domain_and_label() -> None:
    strata = Counter((i.attributes["domain"], i.label, i.split) for i in corpus().instances)
    expected = {"train": 12, "validation": 3, "test": 5}
    assert len(strata) == 16 * 2 * 3
    assert all(count == expected[str(split)] for (_, _, split), count in strata.items())


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("domain", lambda i: i.attributes["domain"]),
        ("tag", lambda i: i.attributes["tags"]),
        ("split", lambda i: i.split),
    ],
)
def test_the_datasheet_counts_reviews(heading: str, key: Callable[[Instance], str]) -> None:
    counts = Counter((key(i), i.label) for i in corpus().instances)
    rows = table(heading)
    assert set(rows) == {name for name, _ in counts}
    for name, row in rows.items():
        assert [int(row[0]), int(row[1])] == [counts[name, label] for label in LABELS]


def share(instances: list[Instance]) -> str:
    """The share of marked tokens, as the datasheet writes it."""
    tokens = sum(i.n_tokens for i in instances)
    return f"{sum(marked()[i.id] for i in instances) / tokens:.1%}"


def test_the_datasheet_gives_the_share_of_evidence_by_tag() -> None:
    for tag, row in table("tag").items():
        assert row[2] == share([i for i in corpus().instances if i.attributes["tags"] == tag])


def test_the_datasheet_gives_lengths_and_evidence() -> None:
    tokens = np.array([i.n_tokens for i in corpus().instances])
    marks = np.array([marked()[i.id] for i in corpus().instances])
    rows = table("per review")
    for name, values in (("tokens", tokens), ("marked tokens", marks)):
        middle = [f"{np.median(values):.1f}", f"{values.mean():.1f}"]
        assert rows[name] == [str(values.min()), *middle, str(values.max())]
    shares = marks / tokens
    measures = (shares.min(), np.median(shares), shares.mean(), shares.max())
    assert rows["share marked"] == [f"{value:.1%}" for value in measures]


def test_the_datasheet_gives_totals() -> None:
    text = " ".join(DATASHEET.read_text(encoding="utf-8").split())
    instances = list(corpus().instances)
    by_label = [share([i for i in instances if i.label == label]) for label in LABELS]
    tokens, marks = sum(i.n_tokens for i in instances), sum(marked().values())
    assert (
        f"there are {tokens:,} tokens, of which {marks:,} ({share(instances)}) are marked" in text
    )
    assert f"{by_label[0]} in positive and {by_label[1]} in negative reviews" in text


def test_the_datasheet_says_how_hard_the_corpus_is() -> None:
    train, test = ([i for i in corpus().instances if i.split == s] for s in ("train", "test"))
    model = make_pipeline(CountVectorizer(binary=True), MultinomialNB())
    model.fit([i.text for i in train], [i.label for i in train])
    right = model.score([i.text for i in test], [i.label for i in test])
    assert f"{right:.0%} of the test split" in " ".join(DATASHEET.read_text().split())


def test_the_datasheet_says_who_wrote_it_and_under_which_licence() -> None:
    text = " ".join(DATASHEET.read_text(encoding="utf-8").split())
    assert "written by an AI system for this project" in text
    assert "no review site was quoted" in text
    assert "GPL-3.0-or-later" in text

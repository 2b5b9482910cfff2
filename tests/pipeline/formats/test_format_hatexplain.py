"""HateXplain: tokens as they are, and rationales given to whom they belong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from db.errors import ImportFailed
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions
from pipeline.formats.hatexplain import read as pieces
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()
TOKENS = ["<user>", "they", "are", "awful"]


def post(name: str, labels: list[str], rationales: list[list[int]], **more: Any) -> dict[str, Any]:
    """A post as the file has it, with annotators 1, 2, 3 …"""
    people = [
        {"label": label, "annotator_id": n, "target": ["None"]}
        for n, label in enumerate(labels, start=1)
    ]
    found = {"post_id": name, "annotators": people, "rationales": rationales}
    return {name: found | {"post_tokens": TOKENS} | more}


def imported(write: Any, *posts: dict[str, Any], parts: Any = None) -> Imported:
    whole = {name: fields for one in posts for name, fields in one.items()}
    path = write(json.dumps(whole), "dataset.json")
    if parts is not None:
        write(json.dumps(parts), "post_id_divisions.json")
    return read(path.parent, PLAIN)


def said(found: Imported) -> list[tuple[str | None, dict[str, Any]]]:
    return [(a.worker, dict(a.values)) for a in found.annotations]


def test_a_post_is_its_tokens_and_its_annotators(write: Any) -> None:
    assert READERS.load("hatexplain") is pieces
    rows = [[0, 1, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]]
    one = post("p_gab", ["hatespeech", "offensive", "hatespeech"], rows)
    found = imported(write, one, parts={"train": [], "val": ["p_gab"], "test": []})
    (instance,) = found.instances
    assert (instance.text, instance.tokens) == ("<user> they are awful", TOKENS)
    assert (instance.label, instance.split) == ("hatespeech", "validation")
    assert instance.attributes == {"id": "p_gab"}
    assert said(found) == [
        ("1", {"label": "hatespeech", "marks": [1, 3]}),
        ("2", {"label": "offensive", "marks": [3]}),
        ("3", {"label": "hatespeech", "marks": []}),
    ]
    assert found.annotators == "3 named workers"


def test_tokens_with_blanks_in_them_stay_one_token(write: Any) -> None:
    one = post("p", ["normal"], [], post_tokens=["a b", "c\u00a0d"])
    (instance,) = imported(write, one).instances
    assert (instance.text, instance.tokens) == ("a b c\u00a0d", ["a b", "c\u00a0d"])


def test_who_says_normal_was_not_asked_for_a_rationale(write: Any) -> None:
    labels = ["hatespeech", "normal", "hatespeech"]
    found = imported(write, post("p", labels, [[1, 0, 0, 0], [0, 1, 0, 0]]))
    assert [values for _, values in said(found)] == [
        {"label": "hatespeech", "marks": [0]},
        {"label": "normal"},
        {"label": "hatespeech", "marks": [1]},
    ]
    found = imported(write, post("p", ["normal"] * 3, []))
    assert all("marks" not in values for _, values in said(found))
    assert found.skipped == {}


def test_rationales_that_belong_to_nobody_are_counted(write: Any) -> None:
    labels = ["hatespeech", "normal", "hatespeech"]
    found = imported(
        write,
        post("p", labels, [[1, 0, 0, 0]]),
        post("q", labels, [[1, 0, 0], [0, 0, 0, 1]], post_tokens=["other", *TOKENS[1:]]),
    )
    marked = [values.get("marks") for _, values in said(found)]
    assert marked == [None, None, None, None, None, [3]]
    assert sorted(found.skipped.values()) == [1, 1]


def test_posts_without_a_majority_have_no_label(write: Any) -> None:
    found = imported(write, post("p", ["hatespeech", "normal", "offensive"], []))
    assert found.instances[0].label is None
    assert found.notes == ("1 posts have no label: none has a majority of the annotators",)


def test_the_same_words_again(write: Any) -> None:
    first, same = post("p", ["normal"], []), post("q", ["normal"], [])
    other = post("r", ["hatespeech"], [[1, 0, 0, 0]])
    found = imported(write, first, same, other)
    assert len(found.instances) == len(found.annotations) == 1
    assert sorted(found.skipped) == [
        "posts with the words of an earlier one, whose annotators agreed on another label",
        "second annotations of a post by the same annotator",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"p": {"post_id": "p"}}', "post 1: the field 'annotators' is missing"),
        ('{\n"p": {', "line 2: is not valid JSON.*is the file complete"),
        ('{"p": {}, "p": {}}', "'p' stands twice in one object"),
        ("[1]", "expected a JSON object, found a list"),
        (b'{"p": "\xff"}', "line 1: is not UTF-8: byte 0xff at byte offset 7"),
        ('{"p": NaN}', "NaN is not a JSON number"),
        ('{"p": []}', "post 1: 'p' must be an object"),
        (json.dumps(post("p", ["normal"], [], post_id="q")), "its post_id is 'q'"),
        (json.dumps(post("p", ["normal"], [], post_tokens=[""])), "empty token"),
        (json.dumps(post("p", ["normal"], [], post_tokens=[])), "holds no token"),
        (json.dumps(post("p", ["offensive"], [[0, 2, 0, 0]])), "rows of 0 and 1"),
        (json.dumps(post("p", ["offensive"], [[0, True, 0, 0]])), "whole numbers"),
        ("{}", "holds no records"),
    ],
)
def test_faults_name_the_place(write: Any, content: str | bytes, problem: str) -> None:
    with pytest.raises(ImportFailed, match=problem):
        read(write(content, "dataset.json"), PLAIN)


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"train": ["q"]}, "post 'q' of 'train' is not in dataset.json"),
        ({"dev": ["p"]}, "unknown part 'dev'"),
        ({"train": ["p"], "test": ["p"]}, "is in two parts"),
        ({"train": "p"}, "must be a list"),
    ],
)
def test_divisions_that_do_not_fit(write: Any, parts: Any, problem: str) -> None:
    with pytest.raises(ImportFailed, match=problem):
        imported(write, post("p", ["normal"], []), parts=parts)


def test_unknown_labels_stop_the_import(write: Any) -> None:
    path = write(json.dumps(post("p", ["hateful"], [])), "dataset.json")
    with pytest.raises(ImportFailed, match="post 1: label 'hateful' is not one of"):
        read(path, ReadOptions(labels=("hatespeech", "normal", "offensive")))

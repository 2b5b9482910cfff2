"""The pages on studies say what the code does: every question, option and default, and they run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hits.answers import FACTS, MORE_FACTS
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from hits.studies import STUDIES, load_study
from hits.studies.base import Question
from hits.studies.explained import WAYS
from hits.studies.own import QUESTION_KEYS
from tests.cli.support import done, konkyo, write_settings
from tests.docs.pages import DOCS, blocks, marked_block, read, section
from tests.support.data import reviews

FOLDER = DOCS / "studies"
METHOD = FOLDER / "method.md"
TYPES = [name for name in STUDIES if name != "own"]
VARIANTS: Mapping[str, list[dict[str, Any]]] = {
    "highlight": [{}, {"mark_labels": ["NAME", "OTHER"]}],
    "choose": [{}, {"form": "agreement"}],
    "output": [{}, {"form": "compare"}],
    "name": [{}, {"names": ["a", "b"]}],
}
"""Options under which a study asks other questions; their table lists all of them."""


def about(study: str) -> str:
    """What the pages say of a study, under its heading."""
    found = [text for page in sorted(FOLDER.glob("*.md"))
             if (text := section(read(page), f"## {study}"))]  # fmt: skip
    assert len(found) == 1, f"{len(found)} pages have a section {study!r}"
    return found[0]


def tables(text: str) -> dict[str, dict[str, list[str]]]:
    """Heading of the first column → name in its backticks → the other cells of its row."""
    found: dict[str, dict[str, list[str]]] = {}
    heading = ""
    for line in text.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) < 2:
            heading = ""
        elif not heading:
            heading = cells[0]
        elif name := re.fullmatch(r"`([\w.]+)`", cells[0]):
            found.setdefault(heading, {})[name[1]] = cells[1:]
    return found


@pytest.mark.parametrize("study", TYPES)
def test_every_option_is_documented_with_its_default_and_no_other(study: str) -> None:
    rows = tables(about(study))["option"]
    defaults = load_study(study).check_settings({})
    assert set(rows) == set(defaults)
    for name, default in defaults.items():
        assert f"`{json.dumps(default)}`" in rows[name][0], f"{study}: {name}"
        assert rows[name][1], f"{study}: {name} has no meaning"


@pytest.mark.parametrize("study", TYPES)
def test_every_question_is_documented_with_its_level_and_no_other(study: str) -> None:
    asked: dict[str, Question] = {}
    for more in [*VARIANTS.get(study, [{}]), {"confidence": True}]:
        if set(more) <= set(load_study(study).defaults):
            asked |= {q.name: q for q in load_study(study).questions(more)}
    levels = {name: cells[0] for name, cells in tables(about(study))["question"].items()}
    asked.pop("marks.OTHER", None)
    assert levels == {name: question.level for name, question in asked.items()}


@pytest.mark.parametrize("study", TYPES)
def test_the_values_that_are_stored_are_named(study: str) -> None:
    rows = tables(about(study))["question"]
    for question in load_study(study).questions({}):
        for value in question.values:
            if isinstance(value, str) and value not in load_study(study).defaults.get("labels", ()):
                assert f'`"{value}"`' in rows[question.name][1], f"{study}: {value}"


def test_every_key_of_a_study_of_ones_own_is_documented_with_its_default() -> None:
    found = tables(about("own"))
    given = {"name": "n", "title": "t", "questions": [{"name": "q", "text": "?", "form": "text"}]}
    complete = load_study("own").check_settings(given)
    assert set(found["option"]) == set(complete)
    assert set(found["key"]) == set(QUESTION_KEYS)
    defaults = {name: complete[name] for name in ("instructions", "noun", "fields")}
    for name, default in defaults.items():
        assert found["option"][name][0] == f"`{json.dumps(default)}`"
    for name in ("level", "values", "form", "optional"):
        assert found["key"][name][0] == f"`{json.dumps(QUESTION_KEYS[name])}`"


def test_every_presentation_and_every_fact_has_its_row() -> None:
    found = tables(read(METHOD))
    assert set(found["presentation"]) == set(WAYS)
    assert set(found["fact"]) == {*FACTS, *MORE_FACTS}


def test_the_overview_says_of_every_study_what_it_asks_and_what_it_needs() -> None:
    text = read(DOCS / "studies.md")
    needs = section(text, "## What each needs")
    for part in (text.replace(needs, ""), needs):
        assert set(tables(part)["study"]) == set(STUDIES)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with texts, two outputs of each, and a model."""
    folder = tmp_path_factory.mktemp("studies")
    made, _ = reviews(60)
    lines = [
        {
            "text": one.text,
            "label": one.label,
            "split": one.split,
            "attributes": {"first_summary": one.text[:9], "second_summary": one.text[-9:]},
        }
        for one in made
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "reviews.jsonl").write_text(text, encoding="utf-8")
    with (
        running(ServeSettings(port=0, data=str(folder / "market.db"))) as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.chdir(folder)
        for name in ("KONKYO_CONFIG", "KONKYO_DB"):
            patch.delenv(name, raising=False)
        # The settings that the pages show, all of them together.
        shown = [block for study in TYPES for block in blocks(about(study), "toml")]
        write_settings(folder, url, "\n".join(shown))
        settings = folder / "konkyo.toml"
        learning = settings.read_text(encoding="utf-8").replace(
            "epochs = 3", "epochs = 30\nlearning_rate = 0.02"
        )
        settings.write_text(learning, encoding="utf-8")
        done("init")
        done("import", "jsonl", "reviews.jsonl")
        done("train")
        yield folder


@pytest.mark.parametrize("study", TYPES)
def test_two_commands_plan_a_study(study: str, project: Path) -> None:
    (block,) = blocks(about(study), "bash")
    commands = [shlex.split(line)[1:] for line in block.splitlines()]
    assert len(commands) == 2
    for words in commands:
        assert done(*words).out.strip()
    name = next(words[2] for words in commands if words[0] == "plan")
    assert done("status", name, "--json").json["campaign"]["hits"]["planned"] > 0


def test_the_command_that_reads_judgements_gives_shares(project: Path) -> None:
    if konkyo("status", "guessed").code:
        done("explain")
        done("plan", "guess", "guessed", "--items", "20")
    for command in ("publish", "simulate", "collect"):
        done(command, "guessed")
    shown = marked_block(METHOD, "tests/docs/test_studies.py runs this block")
    found = done(*shlex.split(shown)[1:], "--json").json
    about = {e["subject"] for e in found["estimates"] if e["name"] == "accuracy"}
    assert {condition.split()[0] for condition in about} >= {"gradient", "random"}
    assert any(d["second"] == "chance" for d in found["differences"])

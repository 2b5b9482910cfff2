"""The documentation names what there is, all of it, and nothing else."""

from __future__ import annotations

import dataclasses
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from analysis.aggregation import (
    AGGREGATORS,
    MASK_AGGREGATORS,
    MEAN_AGGREGATORS,
    PAIR_AGGREGATORS,
)
from analysis.agreement import COEFFICIENTS, SET_COEFFICIENTS, TOKEN_COEFFICIENTS
from analysis.alignment import FAMILIES, GOLD_POLICIES
from analysis.alignment.compat import COMPATS
from analysis.alignment.images import IMAGE_SCORES
from analysis.faithfulness import FAITHFULNESS
from analysis.workers import MARK_FACTS, WORKER_FACTS
from db.catalogue import Catalogue
from hits.markets import MARKETS, SOURCES
from hits.studies import STUDIES
from pipeline.acquisition import ACQUISITIONS
from pipeline.config import Settings
from pipeline.engines import ENGINES
from pipeline.explainers import EXPLAINERS
from pipeline.formats import READERS
from pipeline.formats.writers import WRITERS
from pipeline.inverse import PRIORS
from pipeline.masks import DIFFERENCES
from pipeline.models import MODELS
from pipeline.models.settings import Settings as ModelSettings
from pipeline.objectives import OBJECTIVES
from pipeline.removal import REMOVALS
from pipeline.sample_config import SAMPLE_CONFIG
from tests.cli.support import leaf_commands
from tests.docs.pages import DOCS, PAGES, ROOT, all_docs, anchors, blocks, prose, read, section

COMMANDS = leaf_commands()
REFERENCE = read(DOCS / "commands.md")
SHARED = {"--help", "--install-completion", "--show-completion"}
CATALOGUES = (
    STUDIES,
    READERS,
    EXPLAINERS,
    ACQUISITIONS,
    OBJECTIVES,
    AGGREGATORS,
    MASK_AGGREGATORS,
    MEAN_AGGREGATORS,
    PAIR_AGGREGATORS,
    FAMILIES,
    GOLD_POLICIES,
    IMAGE_SCORES,
    COMPATS,
    FAITHFULNESS,
    REMOVALS,
    WORKER_FACTS,
    MARK_FACTS,
    WRITERS,
    SET_COEFFICIENTS,
    COEFFICIENTS,
    TOKEN_COEFFICIENTS,
    MARKETS,
    MODELS,
    ENGINES,
    DIFFERENCES,
    PRIORS,
)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def options_of(name: str) -> set[str]:
    """The long names of a command's options."""
    found = [(*one.opts, *one.secondary_opts) for one in COMMANDS[name].params]
    return {option for names in found for option in names if option.startswith("--")} - SHARED


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_each_of_its_options_is_documented(name: str) -> None:
    text = section(REFERENCE, f"### konkyo {name}")
    assert text, f"docs/commands.md has no section for {name}"
    rows = {option for line in text.splitlines() if line.startswith("| `--")
            for option in OPTION.findall(line.split("|")[1])}  # fmt: skip
    assert rows == options_of(name)


def test_no_command_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^### konkyo (.+)$", REFERENCE, re.MULTILINE)
    assert sorted(documented) == sorted(COMMANDS)


def test_every_option_in_the_reference_exists() -> None:
    known = SHARED.union(*(options_of(name) for name in COMMANDS))
    assert set(OPTION.findall(REFERENCE)) <= known


def shown_commands() -> Iterator[tuple[str, list[str]]]:
    """Page → words of every konkyo command in its blocks of shell."""
    for path in PAGES:
        for block in blocks(read(path), "bash"):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removesuffix("&"), comments=True)
                if words[:1] == ["konkyo"]:
                    yield path.name, words[1:]


def test_commands_that_are_shown_exist_with_the_options_they_are_given() -> None:
    shown = list(shown_commands())
    assert len(shown) > 20
    for page, words in shown:
        name = next((n for n in COMMANDS if words[: len(n.split())] == n.split()), None)
        assert name is not None, f"{page}: konkyo {' '.join(words)}"
        given = {word.split("=")[0] for word in words if word.startswith("--")}
        assert given <= options_of(name), f"{page}: konkyo {name} {' '.join(words)}"


def settings_rows(table: str) -> set[str]:
    """The settings listed under the heading of a table of konkyo.toml."""
    text = section(read(DOCS / "settings.md"), f"## [{table}]")
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def fields_of(table: str) -> set[str]:
    if table == "model":
        return {field.name for field in dataclasses.fields(ModelSettings)}
    kind: Any = Settings.model_fields[table].annotation
    assert issubclass(kind, BaseModel)
    return set(kind.model_fields)


@pytest.mark.parametrize("table", Settings.model_fields)
def test_every_setting_is_documented_and_no_other(table: str) -> None:
    assert settings_rows(table) == fields_of(table)


def test_the_sample_settings_state_the_defaults() -> None:
    stated = tomllib.loads(SAMPLE_CONFIG)
    options = stated["study"].pop("options")
    assert not any(options.values()), "options of a study are shown as comments only"
    assert Settings.model_validate(stated) == Settings()


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.noun)
def test_every_name_in_a_catalogue_is_documented(catalogue: Catalogue) -> None:
    text = all_docs()
    for name in catalogue:
        assert f"`{name}`" in text or f'`"{name}"`' in text, f"{catalogue.noun} {name}"


def test_every_source_of_people_is_documented() -> None:
    assert all(f"`{name}`" in all_docs() for name in SOURCES)


def declared(extra: str | None) -> dict[str, str]:
    """Package → bounds, as pyproject.toml declares them."""
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    found = [re.fullmatch(r"([A-Za-z0-9_.,\-\[\]]+?)([<>=!~].*)", line) for line in lines]
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize(
    ("heading", "extra"),
    [
        ("## Runtime", None),
        ("## Test extra", "test"),
        ("## Bench extra", "bench"),
        ("## Crowdkit extra", "crowdkit"),
        ("## Hf extra", "hf"),
        ("## Hub extra", "hub"),
        ("## Ray extra", "ray"),
    ],
    ids=["runtime", "test", "bench", "crowdkit", "hf", "hub", "ray"],
)
def test_every_dependency_is_explained_with_its_bounds(heading: str, extra: str | None) -> None:
    text = section(read(DOCS / "dependencies.md"), heading)
    rows = dict(re.findall(r"^\| (\S+) \| `([^`]+)` \|", text, re.MULTILINE))
    assert rows == declared(extra)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(read(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(read(path)), f"{page.name}: {target}"

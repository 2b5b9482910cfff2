"""A folder to stand in, and a project that has everything, made once for the files that read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from tests.cli.support import OPTIONS, done, write_reviews, write_settings


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns, and nothing that the outside says of konkyo."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("KONKYO_CONFIG", "KONKYO_DB", "KONKYO_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the command runs in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def project(here: Path, endpoint: str) -> Path:
    """A project with sixty reviews in the folder that the command runs in."""
    write_settings(here, endpoint)
    done("init")
    done("import", "jsonl", write_reviews(here / "reviews.jsonl"))
    return here


@pytest.fixture(scope="session")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with a model, its rationales and an answered campaign `pilot`; only read it."""
    folder = tmp_path_factory.mktemp("studied")
    with running(ServeSettings(port=0, data=str(folder / "market.db"))) as url:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            for name in ("KONKYO_CONFIG", "KONKYO_DB"):
                patch.delenv(name, raising=False)
            write_settings(folder, url)
            done("init")
            done("import", "jsonl", write_reviews(folder / "reviews.jsonl"))
            done("train")
            done("explain")
            done("plan", "highlight", "pilot", "--items", "40")
            done("publish")
            done("simulate")
            done("collect")
        yield folder


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with twenty reviews and a model of them, to be copied."""
    folder = tmp_path_factory.mktemp("trained") / "here"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("KONKYO_CONFIG", "KONKYO_DB"):
            patch.delenv(name, raising=False)
        write_settings(folder, "http://127.0.0.1:9")
        with (folder / "konkyo.toml").open("a") as file:
            file.write(OPTIONS)
        done("init")
        done("import", "jsonl", write_reviews(folder / "reviews.jsonl", 20))
        done("train")
    return folder


@pytest.fixture
def trained(trained_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which the command runs."""
    monkeypatch.chdir(shutil.copytree(trained_once, tmp_path / "copy"))
    return tmp_path / "copy"

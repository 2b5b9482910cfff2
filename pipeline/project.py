"""A project at work: its settings, its folder, its database and its key."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from db.errors import ConfigError
from db.store.engine import create_database, database_url, open_database
from db.store.workers import Pseudonyms, open_key
from pipeline.config import CONFIG_NAME, Settings, find_config, read_settings
from pipeline.files import write_whole
from pipeline.sample_config import SAMPLE_CONFIG


@dataclass(frozen=True)
class Project:
    """What every stage is given."""

    settings: Settings
    folder: Path
    url: str
    engine: Engine

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """The key that turns platform ids into pseudonyms."""
        return open_key(self.folder / self.settings.project.key)

    @property
    def models(self) -> Path:
        """The folder of trained weights."""
        return self.folder / self.settings.project.models


@dataclass(frozen=True)
class Initialised:
    """What `init` found or made, path by path."""

    config: Path
    database: str
    key: Path
    config_is_new: bool


def open_project(config: Path | None = None, db: str | None = None) -> Project:
    """The project named by the options, the environment or this folder, in that order."""
    path = find_config(config)
    settings = read_settings(path)
    named = db or os.environ.get("KONKYO_DB")
    if path is None and named is None:
        raise ConfigError(
            f'there is no {CONFIG_NAME} in this folder; run "konkyo init", or name a project '
            "with --config or a database with --db"
        )
    folder = (path.parent if path else Path()).resolve()
    url = _url(named, settings, folder)
    return Project(settings, folder, url, open_database(url))


def init_project(folder: Path, db: str | None = None) -> Initialised:
    """Write konkyo.toml, the database and the pseudonym key where they are missing.

    What exists is kept; a database of an older konkyo is brought to the newest schema.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder {folder}: {error.strerror}") from error
    path = folder / CONFIG_NAME
    is_new = not path.exists()
    if is_new:
        write_whole(path, SAMPLE_CONFIG)
    settings = read_settings(path)
    url = _url(db or os.environ.get("KONKYO_DB"), settings, folder.resolve())
    create_database(url).dispose()
    key = folder / settings.project.key
    open_key(key, create=True)
    return Initialised(path, url, key, is_new)


def _url(named: str | None, settings: Settings, folder: Path) -> str:
    if named is not None:
        return database_url(named, Path.cwd())
    return database_url(settings.project.database, folder)

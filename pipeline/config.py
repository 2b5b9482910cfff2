"""konkyo.toml → validated settings.

Every setting has a default, so that an empty file works; an unknown or wrong one is an error that
names it. Relative paths hold from the folder of the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from db.errors import ConfigError
from db.words import near_miss

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

CONFIG_NAME = "konkyo.toml"
Labels = Literal["given", "consensus", "soft"]
Weights = Annotated[
    tuple[Annotated[float, Field(gt=0)], ...],
    BeforeValidator(lambda given: (given,) if isinstance(given, int | float | str) else given),
    Field(min_length=1, max_length=20),
]
"""A weight λ, or a list of them to choose from."""


class Section(BaseModel):
    """A table of the file: frozen, and closed to names it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ProjectSettings(Section):
    """Where things are, and the seed that everything drawn comes from."""

    database: str = "konkyo.db"
    models: str = "models"
    key: str = "konkyo.key"
    seed: int = Field(default=1, ge=0, lt=2**32)


class DataSettings(Section):
    """What imports accept: `labels` empty means any label."""

    labels: tuple[str, ...] = ()


class ExplainSettings(Section):
    """Which explainers `explain` runs; `options` hold each explainer's own settings.

    `token_budget`: units (tokens, patches, features) that go through the model together at most.
    """

    explainers: tuple[str, ...] = (
        "attention",
        "gradient",
        "integrated_gradients",
        "random",
        "constant",
    )
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    token_budget: int = Field(default=8192, ge=1, le=2**24)


class CheckSettings(Section):
    """A question on the instructions, asked before the items; `right` counts options from 1."""

    question: str
    options: tuple[str, ...]
    right: int = Field(ge=1)
    why: str


class StudySettings(Section):
    """What a campaign asks for and pays; `options` hold each study type's own settings.

    `instructions`, `consent_page` and `debriefing` are Markdown files, kept with the campaign as
    they were at `plan`. Practice items and repeats count among the `items_per_hit`.
    """

    workers: int = Field(default=3, ge=1, le=100)
    items_per_hit: int = Field(default=5, ge=1, le=50)
    gold_per_hit: int = Field(default=1, ge=0, le=10)
    practice_per_hit: int = Field(default=0, ge=0, le=10)
    repeats_per_hit: int = Field(default=0, ge=0, le=10)
    reward: Decimal = Field(default=Decimal("0.40"), ge=0, decimal_places=2)
    currency: str = "USD"
    minutes: float = Field(default=4, gt=0)
    title: str = ""
    description: str = ""
    keywords: str = "text, rationale, annotation"
    instructions: str = ""
    consent_page: str = ""
    debriefing: str = ""
    comprehension: tuple[CheckSettings, ...] = ()
    hourly: bool = False
    consent: str = (
        "Taking part is voluntary and you may return the task at any time. We store your answers, "
        "how long the page and each part of it was in use, whether it lost focus, whether something "
        "was pasted, the width of your screen and whether you use a finger or a mouse; your worker "
        "id is kept apart from them and never published."
    )
    lifetime_days: int = Field(default=7, ge=1, le=365)
    duration_minutes: int = Field(default=60, ge=1, le=60 * 24 * 365)
    auto_approval_days: int = Field(default=3, ge=0, le=30)
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)


class MarketSettings(Section):
    """Where HITs go. `cap` is the most that one campaign may reserve.

    An empty `flavour` is the market's own; an empty `folder` (market `files`) is files/CAMPAIGN.
    """

    name: str = "mturk"
    flavour: str = ""
    folder: str = ""
    source: str = "site"
    endpoint_url: str = "http://127.0.0.1:8080"
    access_key_id: str = ""
    secret_access_key: str = ""
    cap: Decimal = Field(default=Decimal("100.00"), ge=0, decimal_places=2)


class AnalysisSettings(Section):
    """How intervals are made."""

    bootstrap: int = Field(default=1000, ge=0, le=100_000)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)


class TrainSettings(Section):
    """Whose labels `train` learns: those given, or what people said in a campaign, by a method.

    An empty `campaign` is the only one with judgements. `health`: whether the trained model's
    health is measured.
    """

    labels: Labels = "given"
    method: str = "dawid_skene"
    campaign: str = ""
    health: bool = True


class TermSettings(Section):
    """A term of the loss that `teach` compares: an objective, λ, when it holds, and its options.

    Of several weights the best by validation is chosen. Terms of the same `row` are added to one
    loss; an empty `row` is the objective's name. `over`: epochs in which λ rises or falls.
    """

    name: str
    weight: Weights = (0.2,)
    row: str = ""
    schedule: Literal["constant", "rise", "fall"] = "constant"
    over: int = Field(default=5, ge=1, le=10_000)
    options: dict[str, Any] = Field(default_factory=dict)


class TeachSettings(Section):
    """The teaching experiment: how many seeds, which losses and controls, what they learn from.

    Without any `objective` it is attention supervision at `weight`. `labels` and `method` are
    whose labels every run of it learns; `certainty`: whether a text counts in the human term by how
    sure its marks are; `rationales`: how workers' marks become one; `fractions` of them, for a
    curve; `domain`: an attribute by whose values the test part is told apart.
    """

    seeds: int = Field(default=8, ge=2, le=100)
    weight: float = Field(default=0.2, gt=0)
    objective: tuple[TermSettings, ...] = ()
    controls: tuple[str, ...] = ("shuffled", "random")
    labels: Labels = "given"
    method: str = "dawid_skene"
    certainty: bool = False
    rationales: str = "mean"
    fractions: tuple[float, ...] = ()
    domain: str = ""


class EngineSettings(Section):
    """Where work runs: an engine by name, how many workers (0: one for each core), and its address.

    An empty `address` (of Ray) is this machine: nothing else is ever joined unless it is named.
    """

    name: str = "inprocess"
    workers: int = Field(default=0, ge=0, le=10_000)
    address: str = ""


class Settings(Section):
    """The whole file."""

    project: ProjectSettings = ProjectSettings()
    data: DataSettings = DataSettings()
    model: dict[str, Any] = Field(default_factory=dict)
    explain: ExplainSettings = ExplainSettings()
    study: StudySettings = StudySettings()
    market: MarketSettings = MarketSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    train: TrainSettings = TrainSettings()
    teach: TeachSettings = TeachSettings()
    engine: EngineSettings = EngineSettings()


def with_analysis(config: Path | None, bootstrap: int | None) -> AnalysisSettings:
    """How intervals are made for a plain file: by the settings there are, and the option given."""
    settings = read_settings(find_config(config)).analysis
    return settings if bootstrap is None else settings.model_copy(update={"bootstrap": bootstrap})


def find_config(option: Path | None) -> Path | None:
    """The file to use: the option, then KONKYO_CONFIG, then konkyo.toml in this folder."""
    named = option or (Path(value) if (value := os.environ.get("KONKYO_CONFIG")) else None)
    if named is not None:
        path = named / CONFIG_NAME if named.is_dir() else named
        if not path.is_file():
            raise ConfigError(f'there is no settings file {path}; run "konkyo init" to write one')
        return path
    here = Path(CONFIG_NAME)
    return here if here.is_file() else None


def read_settings(path: Path | None) -> Settings:
    """Settings from a file, or the defaults without one."""
    if path is None:
        return Settings()
    try:
        with path.open("rb") as file:
            return Settings.model_validate(tomllib.load(file))
    except ValidationError as error:
        raise ConfigError(f"{path}: {_problem(error.errors()[0])}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def _problem(error: ErrorDetails) -> str:
    """What is wrong with a setting, in words; an unknown name gets a hint at the nearest one."""
    *section, last = (str(part) for part in error["loc"])
    name = _place((*section, last))
    if error["type"] == "extra_forbidden":
        known = _names(section)
        hint = near_miss(last, known)
        return f"there is no setting {name!r}{hint} (there are: {', '.join(known)})"
    if error["type"] in ("model_type", "dict_type"):
        return f"{name!r} must be a table: begin it with [{name}]"
    if error["type"] == "tuple_type" and isinstance(error["input"], dict):
        return f"{name!r} is a list of tables: begin each with [[{name}]]"
    if error["type"] == "missing":
        return f"the setting {name!r} is missing"
    said = error["msg"].removeprefix("Input ").removeprefix("Decimal input ")
    return f"the setting {name!r} {said}, not {error['input']!r}"


def _place(parts: Sequence[str]) -> str:
    """Where a setting stands; of several tables or values of one name the number, from 1."""
    place = ""
    for part in parts:
        place += f"[{int(part) + 1}]" if part.isdigit() else f".{part}"
    return place.removeprefix(".")


def _names(section: Sequence[str]) -> list[str]:
    """The settings of a table (or of one in a list of tables), or the tables of the file."""
    kind: type[BaseModel] = Settings
    for part in section:
        if not part.isdigit():
            found = kind.model_fields[part].annotation
            inner = get_args(found)[0] if get_args(found) else found
            if not (isinstance(inner, type) and issubclass(inner, Section)):
                return []
            kind = inner
    return list(kind.model_fields)

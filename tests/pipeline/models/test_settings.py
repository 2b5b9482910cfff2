"""Settings are checked when they are made."""

from __future__ import annotations

import pytest

from db.errors import ConfigError
from pipeline.models.settings import Settings


def test_settings_come_back_from_their_mapping() -> None:
    settings = Settings(hidden_dim=7, vectors="glove.txt", split_seed=3)
    assert Settings.from_mapping(settings.as_mapping()) == settings


def test_an_unknown_setting_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="'hidden_size'.*hidden_dim"):
        Settings.from_mapping({"hidden_size": 3})


@pytest.mark.parametrize(
    "wrong", [{"hidden_dim": 0}, {"dropout": 1.0}, {"learning_rate": 0}, {"patience": 0}]
)
def test_impossible_values_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Settings.from_mapping(wrong)

"""Settings are checked when they are made."""

from __future__ import annotations

import re
from typing import Any

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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"embedding_dim": "x"}, "embedding_dim must be a whole number, not 'x'"),
        ({"epochs": 1.5}, "epochs must be a whole number, not 1.5"),
        ({"epochs": True}, "epochs must be a whole number, not True"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number, not nan"),
        ({"device": 0}, "device must be a text, not 0"),
        ({"split_seed": "a"}, "split_seed must be a whole number, not 'a'"),
    ],
)
def test_a_value_of_another_kind_is_named(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        Settings.from_mapping(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"precision": "half"}, "precision must be one of auto, float32, bfloat16, not 'half'"),
        ({"attributes": ["genre"]}, 'attributes are read by attention = "conditional" only'),
        ({"attention": "conditional"}, 'attention = "conditional" needs attributes'),
        ({"attributes": ["a", "a"], "attention": "conditional"}, "attributes names one twice: a"),
        ({"attributes": [1], "attention": "conditional"}, "attributes must be a list of texts"),
        ({"attributes": "genre"}, "attributes must be a list of texts, not 'genre'"),
    ],
)
def test_attention_and_precision_are_checked(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        Settings.from_mapping(wrong)

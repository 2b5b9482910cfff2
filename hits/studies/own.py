"""A study of one's own: an HTML file, and a few lines of TOML that say what is asked.

    name = "fluency"
    title = "How fluent are these summaries?"
    instructions = "Read the summary. **Judge the language alone.**"
    fields = ["text", "summary"]

    [[questions]]
    name = "fluent"
    text = "How fluent is it?"
    level = "ordinal"
    values = ["not at all", "somewhat", "completely"]

`template.html` beside it is a fragment with `${field}` wherever a field of the instance belongs, and
with a form control for every question, named after it: radio buttons, a select, or (form = "text")
a text field. The values of its controls are those of the question, or 1, 2, 3, … for an ordinal one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from db.errors import ConfigError
from db.records import Instance, Item
from hits.answers import AnswerError, short
from hits.studies import settings as ask
from hits.studies.base import ALL_KINDS, Asked, Material, Option, Question
from hits.studies.composing import picture, shown, shown_value
from hits.studies.panels import Panel, ShownItem, StudyError
from hits.studies.reading import only
from hits.studies.typical import Typical

STUDY_FILE, TEMPLATE_FILE = "study.toml", "template.html"
LEVELS = ("nominal", "ordinal")
FORMS = ("choice", "text")
QUESTION_KEYS: Mapping[str, Any] = {
    "name": "",
    "text": "",
    "level": "nominal",
    "values": [],
    "form": "choice",
    "optional": False,
}
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_TEXT = 2000
LARGEST_TEMPLATE = 50_000


class Own(Typical):
    """The questions of the definition; an optional one that is left open has no answer."""

    name = "own"
    version = 1
    template = "own.html"
    kinds = ALL_KINDS
    title = "A study of one's own"
    instructions = ""
    defaults = {
        "name": "",
        "title": "",
        "instructions": "",
        "noun": "text",
        "fields": [],
        "questions": [],
        "html": "",
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The definition with its template; ConfigError names what is wrong in it."""
        questions = [_question(entry) for entry in _tables(given["questions"])]
        names = [question["name"] for question in questions]
        if not questions:
            raise ConfigError(f"{STUDY_FILE} asks nothing; add a [[questions]] table")
        if len(set(names)) < len(names):
            raise ConfigError(f"{STUDY_FILE}: two questions have the same name")
        if not isinstance(given["instructions"], str):
            raise ConfigError("setting 'instructions' takes words")
        return {
            "name": _identifier(given["name"], "name"),
            "title": ask.text(given, "title"),
            "instructions": given["instructions"],
            "noun": ask.text(given, "noun"),
            "fields": ask.texts(given, "fields", 0, 50),
            "questions": questions,
            "html": given["html"],
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """One question for each table."""
        return tuple(_asked(entry) for entry in given["questions"])

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """The fields of the instance, in the order of the definition."""
        values = tuple(field_of(material.instance, name) for name in settings["fields"])
        return shown(item, [Panel(kind="row", names=tuple(settings["fields"]), values=values)])

    def check_item(self, item: ShownItem, settings: Mapping[str, Any]) -> None:
        """One panel, which may hold no field at all."""
        if len(item.panels) != 1:
            raise StudyError(f"item {item.id!r} has {len(item.panels)} panels, not one")

    def read(
        self, answer: Mapping[str, Any], asked: Asked, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Question → value; an optional question that was left open is left out."""
        entries = {entry["name"]: entry for entry in settings["questions"]}
        left = {n for n, entry in entries.items() if entry["optional"] and n not in answer}
        only(answer, [name for name in entries if name not in left])
        return {name: _value(answer, entry) for name, entry in entries.items() if name not in left}


def read_definition(folder: Path) -> dict[str, Any]:
    """What the two files of a folder say, as settings of the study `own`; not checked yet."""
    path, template = folder / STUDY_FILE, folder / TEMPLATE_FILE
    try:
        definition = tomllib.loads(path.read_text(encoding="utf-8"))
        html = template.read_text(encoding="utf-8")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} or {template.name} beside it cannot be read: {error}") from error
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be read: {error.strerror}") from error
    if "html" in definition:
        raise ConfigError(f"{path}: the template stands in {TEMPLATE_FILE}, not in 'html'")
    if not html.strip() or len(html) > LARGEST_TEMPLATE:
        raise ConfigError(f"{template} is empty, or longer than {LARGEST_TEMPLATE} characters")
    return {**definition, "html": html}


def field_of(instance: Instance, name: str) -> str:
    """A field of an instance: text, text_pair, label, image, a feature or an attribute."""
    if name == "image":
        return picture(instance).src
    own = {"text": instance.text, "text_pair": instance.text_pair, "label": instance.label}
    value = own.get(name)
    if value is None and name in instance.features:
        return shown_value(instance.features[name])
    value = instance.attributes.get(name) if value is None else value
    if value is None:
        there = ", ".join([*instance.features, *instance.attributes]) or "none"
        raise StudyError(
            f"instance {instance.id} has no field {name!r} (beside text, text_pair, label and "
            f"image there are: {there})"
        )
    return value


def _tables(value: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise ConfigError(f"{STUDY_FILE}: questions are written as [[questions]] tables")
    return value


def _question(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One table, complete and checked."""
    given = ask.filled("own: questions", entry, QUESTION_KEYS)
    name = _identifier(given["name"], "name")
    form, level = ask.choice(given, "form", FORMS), ask.choice(given, "level", LEVELS)
    if form == "text" and (given["values"] or level != "nominal"):
        raise ConfigError(
            f"{STUDY_FILE}: question {name!r} is answered in words of one's own, which have no "
            "values and no order; leave values and level out, or form"
        )
    return {
        "name": name,
        "text": ask.text(given, "text"),
        "level": level,
        "values": ask.texts(given, "values", 2, 50) if form == "choice" else [],
        "form": form,
        "optional": ask.flag(given, "optional"),
    }


def _identifier(value: object, name: str) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise ConfigError(
            f"setting {name!r} takes up to 40 small letters, digits and underscores, beginning "
            f"with a letter, not {value!r}"
        )
    if value in ("id", "position", "ms"):
        raise ConfigError(f"no question can be called {value!r}: pages use that name")
    return value


def _asked(entry: Mapping[str, Any]) -> Question:
    if entry["form"] == "text":
        return Question(entry["name"], entry["text"], "nominal", form="text")
    if entry["level"] == "ordinal":
        options = tuple(Option(at, text) for at, text in enumerate(entry["values"], start=1))
        return Question(entry["name"], entry["text"], "ordinal", options)
    return Question(
        entry["name"], entry["text"], "nominal", tuple(Option(v, v) for v in entry["values"])
    )


def _value(answer: Mapping[str, Any], entry: Mapping[str, Any]) -> Any:
    """What a form control sent: a string; a point of a scale may be its number."""
    value, place = answer[entry["name"]], f"item {answer['id']!r}: {entry['name']!r}"
    if entry["form"] == "text":
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
            raise AnswerError(f"{place} is no text of up to {LONGEST_TEXT} characters")
        return value.strip()
    options = _asked(entry).values
    for option in options:
        if value == str(option) or (type(value) is type(option) and value == option):
            return option
    there = ", ".join(repr(str(option)) for option in options)
    raise AnswerError(f"{place} is {short(value)}, not one of {there}")

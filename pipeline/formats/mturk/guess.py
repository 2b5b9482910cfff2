"""A first guess at what the columns mean: by their names, and by what their cells look like.

The guess has the shape of a mapping file. Where it cannot be certain it holds a doubt, and then
nothing is imported without somebody having looked: `konkyo import mturk FILE --propose`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.formats.base import ReadOptions
from pipeline.formats.mturk.columns import Family, families, is_prose
from pipeline.formats.mturk.guess_answers import Answers
from pipeline.formats.mturk.results import INPUT, Results

PAIRS = (
    ("premise", "hypothesis"),
    ("sentence1", "sentence2"),
    ("sentence_1", "sentence_2"),
    ("text", "text_pair"),
    ("text1", "text2"),
    ("text_1", "text_2"),
    ("context", "question"),
    ("passage", "question"),
    ("document", "query"),
    ("question", "answer"),
)
TEXTS = ("text", "sentence", "review", "document", "passage", "article", "comment", "tweet", "post")
LABELS = ("label", "gold_label", "gold")
SPLITS = ("split",)


@dataclass
class Guess:
    """A mapping as TOML would hold it; `doubts`: the path of a key → what is not certain of it."""

    content: dict[str, Any]
    doubts: dict[tuple[str, ...], str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def guess_mapping(results: Results, options: ReadOptions) -> Guess:
    """The likeliest mapping of a file; columns that the options name are what they say."""
    guess = Guess({})
    instance = _instance(results, options, guess)
    used = {c for v in instance.values() for c in ([v] if isinstance(v, str) else v)}
    free = [name for name in results.inputs if name not in used]
    units = _units(results, free)
    answers = Answers(results, units, options, instance.get("label"))
    questions = answers.questions()
    judged = {c for q in questions.values() for c in _unit_columns(q)}
    shown = [name for name in free if name not in judged and is_prose(results, name)]
    guess.content["instance"] = instance
    if shown:
        guess.content["shown"] = {_free_name(name): name for name in shown}
    guess.content["questions"] = questions
    guess.doubts |= answers.doubts
    guess.notes += answers.notes
    return guess


def _instance(results: Results, options: ReadOptions, guess: Guess) -> dict[str, Any]:
    """The table [instance]."""
    named = {name.removeprefix(INPUT).lower(): name for name in results.inputs}
    made: dict[str, Any] = _texts(results, options, named, guess)
    for key, names in (("label", LABELS), ("split", SPLITS)):
        option = getattr(options, key)
        found = [option] if option else [named[name] for name in names if name in named]
        if len(found) > 1:
            guess.doubts["instance", key] = f"it could be {_either(found)}"
        if found:
            made[key] = found[0]
    return made


def _texts(
    results: Results, options: ReadOptions, named: dict[str, str], guess: Guess
) -> dict[str, Any]:
    """Which column holds the text, and which the second one, if there is one."""
    if options.text:
        pair = {"text_pair": options.text_pair} if options.text_pair else {}
        return {"text": options.text, **pair}
    pairs = [(named[a], named[b]) for a, b in PAIRS if a in named and b in named]
    inside = {column for pair in pairs for column in pair}
    single = [named[name] for name in TEXTS if name in named and named[name] not in inside]
    prose = [name for name in results.inputs if is_prose(results, name)]
    if options.text_pair:
        pairs, single = [], [name for name in single or prose if name != options.text_pair]
    found = [*pairs, *((name,) for name in single)] or [(name,) for name in prose]
    if len(found) != 1:
        could = _either([" with ".join(one) for one in found] or list(results.inputs))
        guess.doubts["instance", "text"] = f"no column is certainly the text; it could be {could}"
    first = found[0] if found else ("",)
    second = (options.text_pair,) if options.text_pair else first[1:]
    return {"text": first[0], **({"text_pair": second[0]} if second else {})}


def _units(results: Results, free: Sequence[str]) -> list[Family]:
    """Input columns that may be judged one by one: families of texts before families of codes."""
    found = families(free)
    return sorted(found, key=lambda one: not all(is_prose(results, c) for c in one.columns))


def _unit_columns(question: dict[str, Any]) -> list[str]:
    beside = [column for columns in question.get("beside", {}).values() for column in columns]
    return [*question.get("units", ()), *beside]


def _free_name(column: str) -> str:
    """The name under which an input is shown; a unit's own words are not taken."""
    name = column.removeprefix(INPUT)
    return f"{name}_shown" if name in ("number", "text") else name


def _either(names: Sequence[str]) -> str:
    return " or ".join(names) or "none: there is no Input.* column"

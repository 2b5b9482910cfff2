"""Which mapping an import goes by: the one given, else a guess that leaves no doubt."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from db.errors import ImportFailed
from pipeline.formats.base import ReadOptions
from pipeline.formats.mturk.cells import Malformed, several
from pipeline.formats.mturk.columns import MOST_OPTIONS
from pipeline.formats.mturk.guess import Guess, guess_mapping
from pipeline.formats.mturk.mapping import Mapping, QuestionMapping
from pipeline.formats.mturk.mapping_file import column_faults, question_faults, read_mapping
from pipeline.formats.mturk.results import Results
from pipeline.formats.options import refuse_options

NAMED = ("text", "text_pair", "label", "split", "rationale")


@dataclass(frozen=True)
class Chosen:
    """A mapping that fits the file, and what is to be said of how it was found."""

    mapping: Mapping
    notes: tuple[str, ...] = ()


def mapping_of(results: Results, options: ReadOptions) -> Chosen:
    """The mapping to read by. A fault or a doubt is an `ImportFailed` that says what to do."""
    if options.mapping is not None:
        refuse_options(options, NAMED, "mturk (with a mapping)")
        file = read_mapping(options.mapping)
        file.check(results.header)
        return Chosen(completed(file.mapping, results))
    check_named(results, options)
    guess = guess_mapping(results, options)
    if guess.doubts:
        raise ImportFailed(results.path, None, _doubtful(guess))
    mapping = _checked(guess, results)
    return Chosen(completed(mapping, results), (*guess.notes, _told(mapping)))


def check_named(results: Results, options: ReadOptions) -> None:
    """Refuse a column that the options name and the file has not."""
    for key in NAMED:
        column = getattr(options, key)
        if column is not None and column not in results.header:
            there = ", ".join(map(repr, results.header))
            problem = f"there is no column {column!r}; the columns are: {there}"
            raise ImportFailed(results.path, 1, problem)


def _checked(guess: Guess, results: Results) -> Mapping:
    """The guess as a mapping; what a mapping file would be refused for is a doubt."""
    try:
        mapping = Mapping.model_validate(guess.content)
    except ValidationError as error:
        raise ImportFailed(results.path, None, _advice(error.errors()[0]["msg"])) from error
    faults = [f for name, q in mapping.questions.items() for f in question_faults(name, q)]
    for fault in (*faults, *column_faults(mapping, list(results.header))):
        raise ImportFailed(results.path, None, _advice(f"{'.'.join(fault.keys)}: {fault.problem}"))
    return mapping


def _doubtful(guess: Guess) -> str:
    return _advice("; ".join(f"{'.'.join(keys)}: {said}" for keys, said in guess.doubts.items()))


def _advice(doubt: str) -> str:
    return (
        f"its columns do not say for certain how they are to be read ({doubt}); run "
        '"konkyo import mturk FILE --propose > mapping.toml", correct what it proposes, and '
        'import with "--mapping mapping.toml"'
    )


def completed(mapping: Mapping, results: Results) -> Mapping:
    """The mapping with the options of each set that names none: those that the file holds."""
    questions = {
        name: _with_options(name, question, results)
        if question.read == "set" and not question.units and not question.options
        else question
        for name, question in mapping.questions.items()
    }
    return mapping.model_copy(update={"questions": questions})


def _with_options(name: str, question: QuestionMapping, results: Results) -> QuestionMapping:
    seen: set[str] = set()
    for cell in results.column(question.sources[0]):
        try:
            seen.update(several(cell, name) if cell else ())
        except Malformed:
            continue  # the row is set aside when its turn comes
    if len(seen) > MOST_OPTIONS:
        problem = (
            f"the column {question.sources[0]!r} holds {len(seen)} different options; list those "
            f"of {name!r} under options, or read it as text"
        )
        raise ImportFailed(results.path, None, problem)
    return question.model_copy(update={"options": tuple(sorted(seen - {""}))})


def _told(mapping: Mapping) -> str:
    """What was guessed, in a sentence."""
    instance = mapping.instance
    said = [f"text from {' and '.join((*instance.text, *instance.text_pair))}"]
    said += [f"label from {instance.label}"] if instance.label else []
    for name, question in mapping.questions.items():
        source = " and ".join(dict.fromkeys((question.sources[0], question.sources[-1])))
        about = f" about each of {len(question.units)} units" if question.units else ""
        said.append(f"{name!r} ({question.read}{about}) from {source}")
    return f"guessed from the columns: {', '.join(said)}; --propose prints it as a mapping"

"""What the columns of a results file mean: the mapping, as a TOML file says it.

    worker = "WorkerId"                  # the column of who answered; "" where nobody is known
    status = "AssignmentStatus"          # rows that say Rejected are set aside

    [instance]                           # what people judged
    text = "Input.premise"               # a column, or a list of columns joined by `join`
    text_pair = "Input.hypothesis"
    label = "Input.gold_label"
    split = "Input.split"
    attributes = ["Input.id"]            # default: every other Input.* column

    [shown]                              # what stood beside it: a name and its column
    explanation = "Input.explanation"

    [questions.grammar]                  # one table a question
    column = "Answer.grammar"
    read = "choice"                      # choice, number, set, spans or text

Keys of a question, by what it needs: `values` (a table that renames cells; others are refused),
`options` (the cells there may be), `units` (input columns that are judged one by one), `columns`
(one answer column a unit, instead of `column`), `beside` (further columns of the units, by name),
`blank` (of a set: "not asked" or "nothing") and `level` (of a number).
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from pipeline.config import Section

Read = Literal["choice", "number", "set", "spans", "text"]
Level = Literal["ordinal", "interval", "ratio"]
Blank = Literal["not asked", "nothing"]
NOT_ASKED, NOTHING = "not asked", "nothing"
MARKS, LABEL = "marks", "label"
UNIT_KEYS = ("number", "text")


def _one_or_more(value: Any) -> Any:
    """A single column is a list of one."""
    return (value,) if isinstance(value, str) else value


Columns = Annotated[tuple[StrictStr, ...], BeforeValidator(_one_or_more)]
Value = StrictStr | StrictInt | StrictFloat
Named = tuple[tuple[str, ...], str]


class Table(Section):
    """A table of the mapping: nothing is converted, and no key is passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class InstanceMapping(Table):
    """Which columns make the instance. `attributes` None: every `Input.*` column not used."""

    text: Columns = Field(min_length=1)
    text_pair: Columns = ()
    join: StrictStr = "\n"
    label: StrictStr | None = None
    split: StrictStr | None = None
    attributes: tuple[StrictStr, ...] | None = None


class QuestionMapping(Table):
    """Which column answers a question, and how its cells are read."""

    read: Read
    column: StrictStr | None = None
    columns: tuple[StrictStr, ...] = ()
    values: dict[str, Value] = Field(default_factory=dict)
    options: tuple[StrictStr, ...] = ()
    units: tuple[StrictStr, ...] = ()
    beside: dict[str, tuple[StrictStr, ...]] = Field(default_factory=dict)
    blank: Blank = "not asked"
    level: Level | None = None

    @property
    def level_stored(self) -> str:
        """The level of measurement; "text" is kept, but not measured."""
        levels = {"choice": "nominal", "number": self.level or "ordinal", "set": "nominal"}
        return levels.get(self.read, "set" if self.read == "spans" else "text")

    @property
    def sources(self) -> tuple[str, ...]:
        """The answer columns, in order."""
        return self.columns if self.column is None else (self.column,)

    @property
    def by_unit(self) -> bool:
        """Whether each answer is about a part of what was shown, a unit of its own."""
        return self.read == "set" or bool(self.units)


class Mapping(Table):
    """The whole file."""

    instance: InstanceMapping
    questions: dict[str, QuestionMapping] = Field(min_length=1)
    shown: dict[str, StrictStr] = Field(default_factory=dict)
    worker: StrictStr = "WorkerId"
    status: StrictStr = "AssignmentStatus"

    @property
    def levels(self) -> dict[str, str]:
        """Question → level; those about the whole instance come first, the label before all."""
        order = sorted(self.questions, key=lambda q: (q != LABEL, self.questions[q].by_unit))
        return {name: self.questions[name].level_stored for name in order}

    def columns_named(self) -> list[Named]:
        """Every column that the mapping names, with the path of the key that names it."""
        named: list[Named] = [(("instance", k), c) for k, c in _of_instance(self.instance)]
        named += [(("shown", name), column) for name, column in self.shown.items()]
        for name, question in self.questions.items():
            path = ("questions", name)
            named += [((*path, "column"), c) for c in (question.column,) if c is not None]
            named += [((*path, "columns"), c) for c in question.columns]
            named += [((*path, "units"), c) for c in question.units]
            named += [((*path, "beside", k), c) for k, cs in question.beside.items() for c in cs]
        return named


def _of_instance(instance: InstanceMapping) -> list[tuple[str, str]]:
    named = [("text", c) for c in instance.text] + [("text_pair", c) for c in instance.text_pair]
    named += [("label", c) for c in (instance.label,) if c is not None]
    named += [("split", c) for c in (instance.split,) if c is not None]
    return named + [("attributes", c) for c in instance.attributes or ()]


def known_keys(path: tuple[str, ...]) -> list[str]:
    """The keys that the table at `path` may have; [] where names are free."""
    models: MappingOf[int, MappingOf[str, type[Section]]] = {
        1: {"instance": InstanceMapping},
        2: {"questions": QuestionMapping},
    }
    if not path:
        return list(Mapping.model_fields)
    model = models.get(len(path), {}).get(path[0])
    return [] if model is None else list(model.model_fields)

"""A guess at the answers: which question each column answers, and how its cells are read."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.formats.base import ReadOptions
from pipeline.formats.mturk.columns import (
    Family,
    buttons,
    families,
    has_codes,
    is_choice,
    is_prose,
    is_scale,
    lists,
)
from pipeline.formats.mturk.mapping import LABEL, MARKS, NOT_ASKED, NOTHING
from pipeline.formats.mturk.results import ANSWER, INPUT, Results

CHOICES = ("yes", "no", "idk")
Table = dict[str, Any]


@dataclass
class Answers:
    """The questions of a file, guessed. `units`: families of inputs, texts before codes."""

    results: Results
    units: Sequence[Family]
    options: ReadOptions
    label: str | None
    doubts: dict[tuple[str, ...], str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Look at every column once."""
        cells = {name: self.results.column(name) for name in self.results.answers}
        self.cells = {name: [c for c in column if c] for name, column in cells.items()}
        self.blanks = {name: not all(column) for name, column in cells.items()}
        self.spans = self._spans()
        self.label_column = self._label_column()

    def questions(self) -> dict[str, Table]:
        """Question → its table in the mapping; the label and the marks come first."""
        made: dict[str, Table] = {}
        if self.label_column:
            made[LABEL] = self._label(self.label_column)
        if self.spans:
            made[MARKS] = {"column": self.spans, "read": "spans"}
        left = [name for name in self.cells if name not in (self.spans, self.label_column)]
        left = [name for name in left if not self._leaves_out(name)]
        made |= self._families(left)
        grouped = {column for table in made.values() for column in table.get("columns", ())}
        for name in left:
            if name not in grouped:
                table = self._question(name)
                made[_question_name(name, table["read"], made)] = table
        if not made:
            self.doubts["questions",] = "no Answer.* column holds an answer"
        return made

    def _leaves_out(self, column: str) -> bool:
        """Whether a column is no question, which a note says; `raw` keeps it in any case."""
        if not self.cells[column]:
            self.notes.append(f"nobody ever answered {column}; it is left out")
        elif any("<span" in cell for cell in self.cells[column]):
            self.notes.append(f"{column} holds <span> tokens too; they are not read")
        else:
            return False
        return True

    def _spans(self) -> str | None:
        """The answer that holds `<span>` tokens: named by the user, or the only one that does."""
        if self.options.rationale:
            return self.options.rationale
        found = [n for n, cells in self.cells.items() if any("<span" in cell for cell in cells)]
        if len(found) > 1:
            self.doubts["questions", MARKS, "column"] = (
                f"several columns hold <span> tokens ({', '.join(found)}); name the one to read "
                "with --rationale"
            )
        return found[0] if found else None

    def _label_column(self) -> str | None:
        """Beside marks, the one answer that is always yes, no, idk or nothing."""
        found = [
            name
            for name, cells in self.cells.items()
            if cells and {cell.lower() for cell in cells} <= set(CHOICES)
        ]
        return found[0] if self.spans and len(found) == 1 else None

    def _label(self, column: str) -> Table:
        """The label that each choice stands for: yes, no, idk in the order of the labels.

        Without labels, yes is "1", no is "0" and idk "unsure", if the data's own are 0 and 1.
        """
        given = self.options.labels
        own = set(self.results.column(self.label)) - {""} if self.label else set()
        names = tuple(given) or ("1", "0")
        if len(names) < 2 or (not given and not own <= {"0", "1"}):
            self.doubts["questions", LABEL, "values"] = (
                f"answers are yes, no and idk while labels are "
                f"{', '.join(map(repr, sorted(own)))}; say under [data] labels, or in a mapping, "
                "what yes means, what no means, what idk means"
            )
        full = (*names, "unsure") if len(names) == 2 else names
        return {
            "column": column,
            "read": "choice",
            "values": dict(zip(CHOICES, full, strict=False)),
        }

    def _families(self, columns: Sequence[str]) -> dict[str, Table]:
        """Answers in a column each about units in a column each: `rating_1` of `explanation_1`."""
        made: dict[str, Table] = {}
        for family in families(columns):
            units = self._matching(len(family.columns))
            every = [cell for column in family.columns for cell in self.cells[column]]
            if units is not None and lists(every) is None and buttons(every) is None:
                table = {"columns": list(family.columns), **self._plain(family.name, every)}
                table |= self._about(units)
                made[_question_name(family.name, table["read"], made)] = table
        return made

    def _question(self, column: str) -> Table:
        """One column by what its cells look like."""
        cells = self.cells[column]
        pressed = buttons(cells)
        if pressed is not None:
            return {"column": column, **_pressed(pressed)}
        found = lists(cells)
        if found is None:
            return {"column": column, **self._plain(column, cells)}
        same = {len(one) for one in found}
        repeats = len(same) == 1 and any(len(set(one)) < len(one) for one in found)
        return self._each(column, found) if repeats else self._set(column, found)

    def _plain(self, column: str, cells: Sequence[str]) -> Table:
        if is_scale(cells):
            return {"read": "number"}
        if has_codes(cells):
            self.notes.append(f"{column} holds numbers with a gap: names, not points of a scale")
        return {"read": "choice" if is_choice(column, cells) else "text"}

    def _each(self, column: str, found: Sequence[Sequence[str]]) -> Table:
        """A cell with as many answers as the page had units, some of them equal."""
        units = self._matching(len(found[0]))
        pieces = [piece for one in found for piece in one if piece]
        table = {"column": column, **self._plain(column, pieces)}
        if units is None:
            self.doubts["questions", column.removeprefix(ANSWER), "units"] = (
                f"every cell holds {len(found[0])} answers, and no {len(found[0])} input columns "
                "are certainly what they are about"
            )
            return table
        return table | self._about(units)

    def _set(self, column: str, found: Sequence[Sequence[str]]) -> Table:
        """Any number of options; those that are numbers of input columns are about these."""
        values = {value for one in found for value in one} - {""}
        units = self._numbered(values)
        table: Table = {"column": column, "read": "set"}
        if units is None:
            table["options"] = sorted(values)
        else:
            table |= self._about(units)
            if units.numbers[0] == 0:
                table["options"] = [str(number) for number in units.numbers]
        if self.blanks[column]:
            table["blank"] = self._blank(column)
        return table

    def _blank(self, column: str) -> str:
        """What a blank says where boxes are ticked: no box, if the page had no other question."""
        if len(self.cells) == 1:
            return NOTHING
        self.doubts["questions", column.removeprefix(ANSWER), "blank"] = (
            'a blank cell may say that nothing was chosen ("nothing") or that the question was '
            'not asked ("not asked")'
        )
        return NOT_ASKED

    def _matching(self, size: int) -> Family | None:
        """The one family of inputs of this size, where one of texts goes before those of codes."""
        fitting = [family for family in self.units if len(family.columns) == size]
        prose = [f for f in fitting if all(is_prose(self.results, c) for c in f.columns)]
        best = prose or fitting
        return best[0] if len(best) == 1 else None

    def _numbered(self, values: set[str]) -> Family | None:
        """The family of inputs whose numbers the values are."""
        for size in sorted({len(family.columns) for family in self.units}):
            family = self._matching(size)
            if family is not None and values <= {str(number) for number in family.numbers}:
                return family
        return None

    def _about(self, units: Family) -> Table:
        """The keys that say what the answers are about; families alike stand beside."""
        alike = [f for f in self.units if f.numbers == units.numbers and f is not units]
        beside = {
            f.name.removeprefix(INPUT): list(f.columns)
            for f in alike
            if f.name.removeprefix(INPUT) not in ("number", "text")
        }
        return {"units": list(units.columns), **({"beside": beside} if beside else {})}


def _pressed(found: Sequence[dict[str, bool]]) -> Table:
    """Buttons of which one is always pressed are a choice, any others a set."""
    names = list(dict.fromkeys(name for one in found for name in one))
    if len(names) > 1 and any(sum(one.values()) != 1 for one in found):
        return {"read": "set", "options": names}
    return {"read": "choice"}


def _question_name(column: str, read: str, made: Container[str]) -> str:
    """The column without its beginning; the whole where that is taken or means something else."""
    name = column.removeprefix(ANSWER)
    if name == MARKS or (name == LABEL and read != "choice") or name in made:
        name = column
    while name in made:
        name += "_"
    return name

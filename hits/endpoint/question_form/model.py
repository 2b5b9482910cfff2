"""What a QuestionForm says. Content is HTML already, and safe to show."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FreeText:
    """A typed answer and the limits on it; `pattern` is a regular expression for the whole."""

    lines: int = 1
    default: str = ""
    numeric: bool = False
    lowest: float | None = None
    highest: float | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    ignore_case: bool = False
    pattern_help: str = ""


@dataclass(frozen=True)
class Choice:
    """One selection: its identifier in the answer, and what is shown."""

    identifier: str
    html: str


@dataclass(frozen=True)
class Selection:
    """A choice among several, `fewest` to `most` of them; `other` lets the worker name another."""

    choices: tuple[Choice, ...]
    style: str
    fewest: int
    most: int
    other: FreeText | None = None


@dataclass(frozen=True)
class FileUpload:
    """A file of between so many bytes."""

    smallest: int
    largest: int


@dataclass(frozen=True)
class Question:
    """One question. Its identifier is the name of its field."""

    identifier: str
    name: str
    required: bool
    html: str
    answer: FreeText | Selection | FileUpload


@dataclass(frozen=True)
class QuestionForm:
    """Overviews (HTML) and questions, in order."""

    parts: tuple[str | Question, ...] = field(default=())

    @property
    def questions(self) -> list[Question]:
        """The questions alone."""
        return [part for part in self.parts if isinstance(part, Question)]


OTHER = ":other"
"""Added to a question's identifier: the field in which another selection is named."""

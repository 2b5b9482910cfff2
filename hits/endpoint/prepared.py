"""Statements that are built and compiled once, for the paths that every worker walks all day.

Building a statement anew and turning its rows into objects costs several times what the database
needs for it. A `Prepared` is an SQLAlchemy statement with named parameters, compiled on first use
for each kind of database, and executed by the driver's own cursor in the session's transaction;
what comes back are named tuples, with values as the driver gives them. Lists of values (IN) cannot
be in it: they change the text of a statement.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_CURSOR = "the driver's cursor of this transaction"


@dataclass(frozen=True)
class _Compiled:
    """A statement for one kind of database: `order` of its parameters, None if it names them."""

    text: str
    order: tuple[str, ...] | None
    fixed: dict[str, Any]
    row: Callable[[Any], Any]


class Prepared:
    """One statement; parameters are given by name, all that it does not fix itself."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, **given: Any) -> Any:
        """Execute it; the driver's cursor. Errors are SQLAlchemy's, as everywhere."""
        cursor, dialect = _cursor(session)
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        values: Any = compiled.fixed | given
        if compiled.order is not None:
            values = tuple([values[name] for name in compiled.order])
        try:
            cursor.execute(compiled.text, values)
        except dialect.dbapi.Error as error:
            raise DBAPIError.instance(
                compiled.text, values, error, dialect.dbapi.Error, hide_parameters=True
            ) from error
        return cursor

    def first(self, session: Session, **given: Any) -> Any:
        """The first row, None for none; its columns by label or position."""
        row = self.run(session, **given).fetchone()
        return None if row is None else self._row(session)(row)

    def all(self, session: Session, **given: Any) -> Sequence[Any]:
        """Every row."""
        rows = self.run(session, **given).fetchall()
        return [*map(self._row(session), rows)]

    def _row(self, session: Session) -> Callable[[Any], Any]:
        return self._compiled[_cursor(session)[1].name].row

    def _compile(self, dialect: Any) -> _Compiled:
        statement: Any = self._statement
        compiled = statement.compile(dialect=dialect)
        # Of columns that are only read by position, some have no name.
        names = [column.key or f"v{at}" for at, column in enumerate(statement.exported_columns)]
        row: Any = NamedTuple("Row", [(name, Any) for name in names])  # type: ignore[misc]
        made = _Compiled(
            str(compiled),
            tuple(compiled.positiontup) if compiled.positional else None,
            {name: value for name, value in compiled.params.items() if value is not None},
            row._make,
        )
        self._compiled[dialect.name] = made
        return made


def _cursor(session: Session) -> tuple[Any, Any]:
    """A cursor on the session's connection, and its dialect; the same until `let_go`."""
    found: tuple[Any, Any] | None = session.info.get(_CURSOR)
    if found is None:
        connection = session.connection()
        found = connection.connection.cursor(), connection.dialect
        session.info[_CURSOR] = found
    return found


def let_go(session: Session) -> None:
    """The transaction has ended: the session's next one may be on another connection."""
    found = session.info.pop(_CURSOR, None)
    if found is not None:
        found[0].close()


def from_json(value: Any) -> Any:
    """A JSON column of a plain row: some drivers give text, some what it says."""
    return json.loads(value) if isinstance(value, str) else value

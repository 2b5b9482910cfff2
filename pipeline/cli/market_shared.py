"""What the commands of `konkyo market` share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

DataOption = Annotated[
    str, typer.Option("--data", help="The endpoint's database: a path or SQLAlchemy URL.")
]


@contextmanager
def translated() -> Iterator[None]:
    """Say what the endpoint's administration refuses as a wrong use of the command."""
    from db.errors import UsageError
    from hits.endpoint.errors import EndpointError

    try:
        yield
    except EndpointError as error:
        raise UsageError(str(error)) from error

"""One attempt at a part, in a worker: what it is given and what it sends back, as bytes.

Everything is pickled whole, so that a worker's arrays are its own and can be written to, whichever
engine brought them. What a part raises comes back in words: exceptions do not travel well.
"""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass
from typing import Any

from db.errors import KonkyoError
from pipeline.engines.base import PartFailed


@dataclass(frozen=True)
class Failure:
    """An exception in words. `ours`: its class where it is a KonkyoError."""

    ours: type[KonkyoError] | None
    kind: str
    message: str
    trace: str


def attempt(work: Any, part: bytes) -> bytes:
    """`work(part)`, or the `Failure` that it ended in, pickled."""
    try:
        return pickle.dumps(work(pickle.loads(part)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller is to hear of it
        ours = type(error) if isinstance(error, KonkyoError) else None
        trace = "".join(traceback.format_exception(error))
        return pickle.dumps(Failure(ours, type(error).__name__, str(error), trace))


def result(sent: bytes, part: str) -> Any:
    """What an attempt at the part so called came to; raises where it failed."""
    found = pickle.loads(sent)
    if isinstance(found, Failure):
        raise _error(found, part)
    return found


def _error(failure: Failure, part: str) -> KonkyoError:
    """The KonkyoError that was raised, with its message and exit code, or `PartFailed`."""
    if failure.ours is None:
        error: KonkyoError = PartFailed(part, failure.kind, failure.message)
    else:
        # Not by its __init__: some make their message of several arguments.
        error = failure.ours.__new__(failure.ours, failure.message)
    error.add_note(failure.trace)
    return error

"""What can go wrong, in words for the person at the keyboard, each with its exit code.

The message of every error says what happened, to which object, and what to do next.
"""


class KonkyoError(Exception):
    """The work could not be done (exit code 1)."""

    exit_code = 1


class UsageError(KonkyoError):
    """The command was given something it does not take (exit code 2)."""

    exit_code = 2


class SafetyError(KonkyoError):
    """Refused to protect money, an environment or a person's privacy (exit code 3)."""

    exit_code = 3


class ConfigError(UsageError):
    """A setting in konkyo.toml is missing or wrong."""


class ImportFailed(KonkyoError):
    """A file could not be imported; nothing of it was kept. Names file and line."""

    def __init__(self, path: object, line: int | None, problem: str) -> None:
        place = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{place}: {problem}")


class NotFound(KonkyoError):
    """Something was asked for by a name that the database does not hold."""


class Conflict(KonkyoError):
    """Two facts about the same object contradict each other."""


class StoreError(KonkyoError):
    """The database could not be opened, read or written."""


class MarketError(KonkyoError):
    """A marketplace refused a request or could not be reached."""


class DataError(KonkyoError):
    """Data given to an analysis cannot carry it: a missing column, an unknown value."""

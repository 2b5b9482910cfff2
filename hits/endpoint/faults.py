"""Faults injected on purpose, so that a program can be seen to survive a bad day.

A TOML file says which calls of the API go wrong, how, and how often::

    seed = 7

    [[fault]]
    operation = "SendBonus"   # or "*"
    kind = "drop"             # throttle, error, insufficient-funds, latency, drop
    rate = 0.2                # of the matching calls, 1 where it is not said
    first = 3                 # only the first three matching calls
    # seconds = 1.5           # latency alone

A call matches once it is signed and valid. ``throttle``, ``error`` and ``insufficient-funds`` refuse
it before anything is done, ``latency`` makes it wait, ``drop`` hides the reply to what was done.
Each rule draws once for each call that it matches, from numbers of its own: the same calls meet the
same faults again, whatever the other rules do or whether there are any.
"""

import random
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from hits.endpoint.errors import EndpointError, WireError, insufficient_funds, service_fault
from hits.endpoint.operations import OPERATIONS

EVERY = "*"
LATENCY = "latency"
DROP = "drop"
MAX_SECONDS = 300.0


def _throttled() -> WireError:
    return WireError("ThrottlingException", "Rate exceeded")


_REFUSALS: Mapping[str, Callable[[], WireError]] = {
    "throttle": _throttled,
    "error": service_fault,
    "insufficient-funds": insufficient_funds,
}
KINDS = (*_REFUSALS, LATENCY, DROP)


@dataclass(frozen=True)
class Rule:
    """Calls of `operation` meet `kind` with probability `rate`, all or the `first` so many."""

    operation: str
    kind: str
    rate: float = 1.0
    seconds: float = 0.0
    first: int | None = None


@dataclass(frozen=True)
class Fault:
    """What one call meets: a wait in seconds, a refusal instead of the work, no reply to it."""

    wait: float = 0.0
    refusal: WireError | None = None
    drops: bool = False

    def strike(self) -> None:
        """Before the work: wait, then raise the refusal, if there is one."""
        if self.wait:
            time.sleep(self.wait)
        if self.refusal is not None:
            raise self.refusal


NONE = Fault()


class Faults:
    """The rules of one server, and how far each has come in its numbers."""

    def __init__(self, rules: tuple[Rule, ...] = (), seed: int = 0) -> None:
        self.rules = rules
        self.waits = any(rule.kind == LATENCY for rule in rules)
        self._numbers = _numbers(rules, seed)
        self._left = [rule.first for rule in rules]
        self._lock = Lock()

    def next(self, operation: str) -> Fault:
        """What the next call of `operation` meets; of several refusals the file's first counts."""
        if not self.rules:
            return NONE
        with self._lock:
            struck = [rule for at, rule in enumerate(self.rules) if self._strikes(at, operation)]
        refusals = [_REFUSALS[rule.kind]() for rule in struck if rule.kind in _REFUSALS]
        wait = sum(rule.seconds for rule in struck)
        # A call that is refused does no work whose reply could be lost.
        drops = not refusals and any(rule.kind == DROP for rule in struck)
        return Fault(wait, refusals[0] if refusals else None, drops)

    def _strikes(self, at: int, operation: str) -> bool:
        rule, left = self.rules[at], self._left[at]
        if rule.operation not in (EVERY, operation) or left == 0:
            return False
        if left is not None:
            self._left[at] = left - 1
        return self._numbers[at].random() < rule.rate


def _numbers(rules: tuple[Rule, ...], seed: int) -> list[random.Random]:
    """One source a rule, named by what the rule is about: where it stands in the file is nothing."""
    seen: Counter[str] = Counter()
    sources = []
    for rule in rules:
        about = f"{rule.operation} {rule.kind}"
        sources.append(random.Random(f"{seed} {about} {seen[about]}"))
        seen[about] += 1
    return sources


def read_faults(path: Path) -> Faults:
    """The rules in a file; raises EndpointError that names the file, the entry and what to do."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EndpointError(
            f"cannot read {path}: {error.strerror or error}; name a file of faults with --faults"
        ) from error
    except ValueError as error:  # neither TOML nor UTF-8
        raise EndpointError(f"{path} is not TOML: {error}; correct it there") from error
    seed, entries = content.pop("seed", 0), content.pop("fault", [])
    if content:
        raise _bad(path, f"has no meaning for {sorted(content)[0]!r}", "take it out")
    if not _is_whole(seed):
        raise _bad(path, f"has the seed {seed!r}", "give a whole number")
    if not isinstance(entries, list) or not entries:
        raise _bad(path, "has no [[fault]]", "add one, or start without --faults")
    return Faults(tuple(_rule(path, at, each) for at, each in enumerate(entries, start=1)), seed)


def _rule(path: Path, number: int, entry: Any) -> Rule:
    problem = _problem(entry)
    if problem is not None:
        raise _bad(path, f"[[fault]] {number}: {problem[0]}", problem[1])
    return Rule(**entry)


def _problem(entry: Any) -> tuple[str, str] | None:
    """What is wrong with one entry and what to do, or None."""
    if not isinstance(entry, dict):
        return "is not a table", "begin it with [[fault]]"
    known = Rule.__dataclass_fields__
    if unknown := sorted(set(entry) - set(known)):
        return f"has no meaning for {unknown[0]!r}", f"use {', '.join(known)}"
    operation, kind = entry.get("operation"), entry.get("kind")
    if operation != EVERY and (not isinstance(operation, str) or operation not in OPERATIONS):
        return f"operation is {operation!r}", 'name an operation of the API, or "*"'
    if kind not in KINDS:
        return f"kind is {kind!r}", f"choose one of {', '.join(KINDS)}"
    return _problem_of_a_number(entry)


def _problem_of_a_number(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    rate, first = entry.get("rate", 1), entry.get("first", 1)
    seconds: Any = entry.get("seconds")
    if not _is_number(rate) or not 0 <= rate <= 1:
        return f"rate is {rate!r}", "give a number from 0 to 1"
    if not _is_whole(first) or first < 1:
        return f"first is {first!r}", "give a whole number from 1 on"
    if entry["kind"] != LATENCY:
        return None if seconds is None else ("seconds belong to latency alone", "take them out")
    if not _is_number(seconds) or not 0 < seconds <= MAX_SECONDS:
        return f"seconds is {seconds!r}", f"give a number above 0, up to {MAX_SECONDS:g}"
    return None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bad(path: Path, what: str, advice: str) -> EndpointError:
    return EndpointError(f"{path}: {what}; {advice}")

"""Check items: what was known beforehand, and how often workers said the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db import frames
from db.records import Campaign
from hits.studies import load_study
from pipeline.project import Project


@dataclass(frozen=True)
class CheckRecord:
    """Check items answered and passed, in all and by worker (pseudonym → (passed, answered))."""

    answered: int
    passed: int
    by_worker: Mapping[str, tuple[int, int]]

    @property
    def share(self) -> float | None:
        """Share passed, in [0, 1]; None where nothing was answered."""
        return self.passed / self.answered if self.answered else None


def passes(value: Any, expected: Any) -> bool:
    """Whether an answer is the known one; a known answer may be a range (`min`, `max`), or what
    the answer must hold among other things (`includes`)."""
    if isinstance(expected, Mapping) and "includes" in expected:
        return set(expected["includes"]) <= set(value or ())
    if isinstance(expected, Mapping):
        return bool(expected.get("min", value) <= value <= expected.get("max", value))
    return bool(value == expected)


def check_record(project: Project, campaign: Campaign) -> CheckRecord:
    """How the campaign's check items were answered."""
    by_worker: dict[str, tuple[int, int]] = {}
    if campaign.environment != "imported":
        study = load_study(campaign.study)
        for question in study.questions(campaign.settings["options"]):
            table = frames.answers(project.engine, campaign.id, question.name)
            table = table[table["role"] == "check"]
            for worker, value, gold in zip(
                table["worker"], table["value"], table["gold"], strict=True
            ):
                if gold is None or question.name not in gold:
                    continue
                passed, answered = by_worker.get(worker, (0, 0))
                ok = passes(value, gold[question.name])
                by_worker[worker] = (passed + ok, answered + 1)
    return CheckRecord(
        answered=sum(n for _, n in by_worker.values()),
        passed=sum(p for p, _ in by_worker.values()),
        by_worker=by_worker,
    )

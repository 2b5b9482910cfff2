"""Repeated items: how often the same worker said the same thing of the same item twice."""

from __future__ import annotations

from dataclasses import dataclass

from db import frames
from db.records import Campaign
from pipeline.judged import questions
from pipeline.project import Project


@dataclass(frozen=True)
class RepeatRecord:
    """Answers to repeats, and how many of them were as before; marks are not compared."""

    answered: int
    same: int

    @property
    def share(self) -> float | None:
        """Share as before, in [0, 1]; None where nothing was repeated."""
        return self.same / self.answered if self.answered else None


def repeat_record(project: Project, campaign: Campaign) -> RepeatRecord:
    """Every answer to a repeat beside the answer that the same page gave before it."""
    answered = same = 0
    if not campaign.settings.get("study", {}).get("repeats_per_hit"):
        return RepeatRecord(0, 0)
    for question, level in questions(project, campaign).items():
        if level == "set":
            continue
        table = frames.answers(project.engine, campaign.id, question)
        first = table[table["role"] == "regular"].set_index(["assignment", "instance"])["value"]
        before = first[~first.index.duplicated()].to_dict()
        again = table[table["role"] == "repeat"]
        for assignment, instance, value in zip(
            again["assignment"], again["instance"], again["value"], strict=True
        ):
            if (assignment, instance) in before:
                answered += 1
                same += value == before[assignment, instance]
    return RepeatRecord(answered, same)

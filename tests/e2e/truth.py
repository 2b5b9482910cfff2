"""How much of what simulated workers said is what they were told."""

from __future__ import annotations

from pathlib import Path

from db.store import assignments, campaigns
from pipeline.known import truths
from pipeline.project import open_project


def share_right(folder: Path, name: str, question: str) -> float:
    """Share of the judgements that say what is known; what is not known is left out."""
    project = open_project(folder)
    campaign = campaigns.find(project.engine, name)
    known = truths(project, campaign)
    judgements = assignments.read_judgements(project.engine, campaign.id)
    project.engine.dispose()
    right = [
        j.value == known[j.item_id].answers.get(question, known[j.item_id].label)
        for j in judgements
        if j.question == question
    ]
    return sum(right) / len(right)

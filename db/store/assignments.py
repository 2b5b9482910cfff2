"""Assignments and the judgements read from them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from db.records import Assignment, AssignmentStatus, Judgement, Worker
from db.store import workers
from db.store.engine import reading, writing
from db.store.rows import fetch, insert_many, to_row
from db.tables import assignments, items, judgements


@dataclass(frozen=True)
class Reading:
    """What an answer says: `judgements` as (item id, question, value), and the page's `facts`.

    `problem` says why nothing could be read.
    """

    judgements: Sequence[tuple[str, str, Any]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True)
class Arrival:
    """A submission as it came from a market, with what was read from its answer."""

    hit_id: str
    platform_worker_id: str
    market_id: str
    status: AssignmentStatus
    answer: str
    accepted_at: datetime | None
    submitted_at: datetime | None
    reading: Reading
    parser: str


def known(engine: Engine, campaign_id: str) -> dict[str, AssignmentStatus]:
    """Market's assignment id → status as last seen."""
    query = select(assignments.c.market_id, assignments.c.status).where(
        assignments.c.campaign_id == campaign_id
    )
    with reading(engine) as connection:
        return {row.market_id: row.status for row in connection.execute(query)}


def add(
    engine: Engine,
    campaign_id: str,
    pseudonyms: workers.Pseudonyms,
    arrivals: Sequence[Arrival],
) -> list[Arrival]:
    """Store submissions with their judgements, all or nothing.

    Returns those that were new: another process may have stored some in the meantime.
    """
    with writing(engine) as connection:
        query = select(assignments.c.market_id).where(
            assignments.c.campaign_id == campaign_id,
            assignments.c.market_id.in_([arrival.market_id for arrival in arrivals]),
        )
        there = set(connection.execute(query).scalars())
        fresh = [arrival for arrival in arrivals if arrival.market_id not in there]
        add_within(connection, campaign_id, pseudonyms, fresh)
    return fresh


def add_within(
    connection: Connection,
    campaign_id: str,
    pseudonyms: workers.Pseudonyms,
    arrivals: Sequence[Arrival],
) -> None:
    """The same inside a transaction of the caller's; each is offered once."""
    people = workers.add_within(
        connection, pseudonyms, {a.platform_worker_id: None for a in arrivals}
    )
    stored = [(_assignment(campaign_id, a, people[a.platform_worker_id]), a) for a in arrivals]
    insert_many(connection, assignments, (to_row(assignment) for assignment, _ in stored))
    insert_many(
        connection,
        judgements,
        (row for assignment, arrival in stored for row in _judgements(assignment.id, arrival)),
    )


def set_status(engine: Engine, campaign_id: str, changed: dict[str, AssignmentStatus]) -> None:
    """Take over what the market now says of known assignments (market id → status)."""
    if not changed:
        return
    with writing(engine) as connection:
        for market_id, status in changed.items():
            connection.execute(
                update(assignments)
                .where(
                    assignments.c.campaign_id == campaign_id, assignments.c.market_id == market_id
                )
                .values(status=status)
            )


def read(engine: Engine, campaign_id: str) -> list[Assignment]:
    """Assignments of a campaign, by time of submission."""
    query = (
        select(assignments)
        .where(assignments.c.campaign_id == campaign_id)
        .order_by(assignments.c.submitted_at, assignments.c.id)
    )
    return fetch(engine, query, Assignment)


def read_judgements(engine: Engine, campaign_id: str) -> list[Judgement]:
    """Judgements of a campaign that hold (none superseded)."""
    query = (
        select(judgements)
        .join(items, items.c.id == judgements.c.item_id)
        .where(items.c.campaign_id == campaign_id, judgements.c.superseded.is_(False))
    )
    return fetch(engine, query, Judgement)


def rebuild(engine: Engine, parser: str, readings: Mapping[str, Reading]) -> None:
    """Replace judgements by a new reading of the stored answers (assignment id → reading).

    Old judgements stay, superseded.
    """
    with writing(engine) as connection:
        for assignment_id, found in readings.items():
            connection.execute(
                update(judgements)
                .where(judgements.c.assignment_id == assignment_id)
                .values(superseded=True)
            )
            connection.execute(
                update(assignments)
                .where(assignments.c.id == assignment_id)
                .values(problem=found.problem, facts=dict(found.facts))
            )
            rows = (_judgement(assignment_id, *j, parser) for j in found.judgements)
            insert_many(connection, judgements, rows)


def _assignment(campaign_id: str, arrival: Arrival, worker: Worker) -> Assignment:
    identity = hashlib.sha256(f"{campaign_id}/{arrival.market_id}".encode()).hexdigest()
    return Assignment(
        id="a" + identity[:24],
        campaign_id=campaign_id,
        hit_id=arrival.hit_id,
        worker_id=worker.id,
        market_id=arrival.market_id,
        status=arrival.status,
        answer=without_platform_id(arrival.answer, arrival.platform_worker_id, worker.id),
        accepted_at=arrival.accepted_at,
        submitted_at=arrival.submitted_at,
        simulated=worker.simulated,
        facts=dict(arrival.reading.facts),
        problem=arrival.reading.problem,
    )


def without_platform_id(answer: str, platform_id: str, pseudonym: str) -> str:
    """The answer with the platform's worker id, where it stands as a word, replaced.

    The id may stand nowhere but in its own table. Ids shorter than six characters (names within
    an imported file) are left alone: replacing them would damage answers and protect nobody.
    """
    if len(platform_id) < 6 or platform_id not in answer:
        return answer
    word = rf"(?<![A-Za-z0-9]){re.escape(platform_id)}(?![A-Za-z0-9])"
    return re.sub(word, pseudonym, answer)


def _judgements(assignment_id: str, arrival: Arrival) -> list[dict[str, Any]]:
    found = arrival.reading.judgements
    return [_judgement(assignment_id, *judgement, arrival.parser) for judgement in found]


def _judgement(
    assignment_id: str, item_id: str, question: str, value: Any, parser: str
) -> dict[str, Any]:
    # Written out, because a collection has more of these than of everything else together.
    return {
        "id": secrets.token_hex(16),
        "assignment_id": assignment_id,
        "item_id": item_id,
        "question": question,
        "value": value,
        "parser": parser,
        "superseded": False,
    }

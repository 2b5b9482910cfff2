"""The page around a task: its frame, its facts, its timer; the same for a preview and for work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from hits.endpoint.clock import SECOND
from hits.endpoint.eligibility import Unmet
from hits.endpoint.prepared import from_json
from hits.endpoint.tables import Hit
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.visit import Visit

PREVIEW_ID = "ASSIGNMENT_ID_NOT_AVAILABLE"
PREVIEW_TOKEN = "preview"


@dataclass(frozen=True)
class Task:
    """What the page around a task shows of it; without an assignment it is a preview.

    ``address`` is an ExternalQuestion's page, None where the frame's page is ours.
    """

    hit_id: str
    hit_type_id: str
    title: str
    reward_cents: int
    duration_s: int
    hosts: list[str]
    address: str | None
    height: int
    assignment_id: str | None = None
    deadline_ms: int = 0


def seconds_left(deadline_ms: int, now: int) -> int:
    """Whole seconds until the deadline."""
    return max(0, (deadline_ms - now) // SECOND)


def of_hit(hit: Hit) -> Task:
    """A HIT in preview."""
    kind = hit.type
    return Task(
        hit.hit_id,
        kind.hit_type_id,
        kind.title,
        kind.reward_cents,
        kind.duration_s,
        kind.hosts or [],
        hit.external_url,
        hit.frame_height,
    )


def of_row(row: Any) -> Task:
    """An assignment in hand, from a row with these columns."""
    return Task(
        row.hit_id,
        row.hit_type_id,
        row.title,
        row.reward_cents,
        row.duration_s,
        from_json(row.hosts) or [],
        row.external_url,
        row.frame_height,
        row.assignment_id,
        row.deadline_ms,
    )


def show(
    visit: Visit, worker_id: str, task: Task, now: int, unmet: Sequence[Unmet] = ()
) -> Response:
    """The page; `unmet` says what keeps the worker from accepting."""
    given = {"assignmentId": PREVIEW_ID, "hitId": task.hit_id}
    given["turkSubmitTo"] = visit.submit_to(PREVIEW_TOKEN)
    if task.assignment_id is not None:
        given["assignmentId"] = task.assignment_id
        given["turkSubmitTo"] = visit.submit_to(visit.submit_token(task.assignment_id))
        given["workerId"] = worker_id
    elsewhere = task.address is not None and render.origin(task.address) != visit.base
    return render.page(
        "task.html",
        frames=render.origin(task.address) if task.address else "",
        signed_in=worker_id,
        csrf=visit.csrf,
        task=task,
        seconds=seconds_left(task.deadline_ms, now),
        src=frame_address(task.address or f"/frame/{task.hit_id}", given),
        # With our own origin, the permission would undo the sandbox.
        sandbox=render.SANDBOX + (" allow-same-origin" if elsewhere else ""),
        unmet=unmet,
    )


def frame_address(address: str, given: Mapping[str, str]) -> str:
    """The address of a task with what its page is told in the query."""
    parts = urlsplit(address)
    query = "&".join(part for part in (parts.query, urlencode(given)) if part)
    return parts._replace(query=query).geturl()

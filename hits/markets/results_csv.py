"""Results tables as requester sites give them out: Amazon's, Turkle's, and our own endpoint's.

A row is one submission. `Input.hit` says which HIT of ours it is about, `Answer.field` what was
answered; `AssignmentStatus` stands only in the tables of sites that review. The same table may
lie there twice, and a later one may know more of a submission than an earlier one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from db.errors import MarketError
from db.records import AssignmentStatus
from db.words import counted
from hits.markets.base import Submission

NEEDED = ("AssignmentId", "WorkerId", "Input.hit")
ANSWER = "Answer."
NOT_ANSWERS = ("csrfmiddlewaretoken",)
"""What a site's own form adds to the fields of a page: a key of the worker's session."""
LARGEST_CELL = 1 << 27
MOMENT = "%a %b %d %H:%M:%S %Y"
HOURS_FROM_UTC = {"UTC": 0, "GMT": 0, "PST": -8, "PDT": -7}
STATUSES: Mapping[str, AssignmentStatus] = {"Approved": "Approved", "Rejected": "Rejected"}


class Row(NamedTuple):
    """A submission, the HIT it is about, and the file it was read from."""

    hit: str
    submission: Submission
    path: Path


def read_results(
    folder: Path, hits: Collection[str], approved: Collection[str]
) -> dict[str, list[Submission]]:
    """HIT → its submissions, oldest first, from every `*.csv` in the folder.

    `approved` are ids that we approved: a table downloaded before that still says Submitted.
    MarketError names the file where one is no results table, or is about HITs that are not ours,
    or where two submissions share an id.
    """
    known: dict[str, Row] = {}
    for path in sorted(folder.glob("*.csv")):
        for row in _rows(path, hits):
            name = row.submission.market_id
            known[name] = _merged(known[name], row) if name in known else row
    found: dict[str, list[Submission]] = {hit: [] for hit in hits}
    for row in known.values():
        found[row.hit].append(_decided(row.submission, approved))
    for submissions in found.values():
        submissions.sort(key=_age)
    return found


def _rows(path: Path, hits: Collection[str]) -> Iterator[Row]:
    for number, cells in enumerate(read_table(path, NEEDED), start=2):
        if cells["Input.hit"] not in hits:
            raise MarketError(
                f"{path}, row {number}, is about a HIT that batch.csv does not have "
                f"({cells['Input.hit']!r}); take results of other campaigns out of this folder"
            )
        if not cells["AssignmentId"]:
            raise MarketError(f"{path}, row {number}, has no AssignmentId; download it once more")
        yield Row(cells["Input.hit"], _submission(cells), path)


def read_table(path: Path, needed: Collection[str]) -> list[dict[str, str]]:
    """The rows of a CSV with a header; MarketError where a column is missing or a row broken."""
    csv.field_size_limit(LARGEST_CELL)  # the standard 131,072 characters are fewer than an image's
    try:
        text = path.read_text(encoding="utf-8-sig")
        header, *lines = [line for line in csv.reader(io.StringIO(text, newline="")) if line]
    except (OSError, UnicodeError, csv.Error) as error:
        raise MarketError(f"{path} cannot be read as CSV in UTF-8: {error}") from error
    except ValueError:
        raise MarketError(f"{path} is empty; take it away, or download it once more") from None
    missing = [name for name in needed if name not in header]
    if missing:
        raise MarketError(
            f"{path} has no column {missing[0]!r} (it has: {', '.join(header)[:200]}); put there "
            "only tables as the site gave them out"
        )
    for number, line in enumerate(lines, start=2):
        if len(line) != len(header):
            raise MarketError(
                f"{path}, row {number}, has {counted(len(line), 'cell')} where the header has {len(header)}; "
                "download it once more"
            )
    return [dict(zip(header, line, strict=True)) for line in lines]


def _submission(cells: Mapping[str, str]) -> Submission:
    name = cells["AssignmentId"]
    return Submission(
        market_id=name,
        # Turkle lets people work who did not sign in: nobody knows which of them are the same.
        platform_worker_id=cells["WorkerId"] or f"anonymous:{cells['Input.hit']}:{name}",
        status=STATUSES.get(cells.get("AssignmentStatus", ""), "Submitted"),
        answer=_answer(cells),
        accepted_at=moment(cells.get("AcceptTime", "")),
        submitted_at=moment(cells.get("SubmitTime", "")),
    )


def _answer(cells: Mapping[str, str]) -> str:
    """The fields that were sent, as one JSON object; a column left empty was not sent."""
    given = {
        name.removeprefix(ANSWER): value
        for name, value in cells.items()
        if name.startswith(ANSWER) and value and name.removeprefix(ANSWER) not in NOT_ANSWERS
    }
    return json.dumps(given, ensure_ascii=False, sort_keys=True)


def moment(text: str) -> datetime | None:
    """When, in UTC, of `Tue Mar 03 14:05:06 UTC 2026`; None where the zone is not known."""
    words = text.split()
    zone = words.pop(-2) if len(words) > 1 else ""
    if zone not in HOURS_FROM_UTC:
        return None
    try:
        naive = datetime.strptime(" ".join(words), MOMENT)
    except ValueError:
        return None
    there = timezone(timedelta(hours=HOURS_FROM_UTC[zone]))
    return naive.replace(tzinfo=there).astimezone(UTC)


def _merged(earlier: Row, later: Row) -> Row:
    """One submission that stands in two tables; what was decided of it stays decided."""
    one, two = earlier.submission, later.submission
    if (earlier.hit, one.platform_worker_id, one.answer) != (
        later.hit,
        two.platform_worker_id,
        two.answer,
    ):
        raise MarketError(
            f"{earlier.path} and {later.path} hold two different submissions with the id "
            f"{one.market_id!r}; a campaign's results come from one site: take one of them away"
        )
    decided = later if two.status != "Submitted" else earlier
    return later._replace(submission=replace(two, status=decided.submission.status))


def _decided(submission: Submission, approved: Collection[str]) -> Submission:
    if submission.status == "Submitted" and submission.market_id in approved:
        return replace(submission, status="Approved")
    return submission


def _age(submission: Submission) -> tuple[float, str]:
    when = submission.submitted_at
    return (when.timestamp() if when else 0.0, submission.market_id)

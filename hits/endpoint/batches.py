"""A template and a CSV → one HIT a row, as the requester site makes a batch.

``${column}`` in the template stands for a column of the table. A batch is known by its number,
which stands in each HIT's RequesterAnnotation. All HITs of a batch are made in one transaction,
or none is.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hits.endpoint import accounts, hosts, layouts, validation
from hits.endpoint.administration import books
from hits.endpoint.errors import EndpointError, WireError
from hits.endpoint.operations import Call
from hits.endpoint.operations.hits import create_hit
from hits.endpoint.tables import Hit


@dataclass(frozen=True)
class Terms:
    """What every HIT of a batch has in common; times in seconds, the reward in dollars."""

    title: str
    description: str
    reward: str
    keywords: str = ""
    assignments: int = 1
    duration: int = 3600
    lifetime: int = 7 * 24 * 3600
    auto_approval: int = 7 * 24 * 3600
    height: int = 0
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """What was loaded."""

    number: int
    hit_type_id: str
    hits: int


def load(data: str, account: str, template: Path, table: Path, terms: Terms) -> Batch:
    """Make the HITs of a template and a CSV; a refusal names the row."""
    html = read_text(template)
    rows = _rows(table)

    def write(session: Session, now: int) -> Batch:
        owner = accounts.require(session, account)
        layout = layouts.register(session, owner, template.stem, html, terms.height, now)
        number = session.scalars(select(func.coalesce(func.max(Hit.seq), 0))).one() + 1
        made = [
            _create(Call(session, now, owner.seq, {}), layout.layout_id, terms, number, at, row)
            for at, row in enumerate(rows, 2)
        ]
        if terms.hosts:
            hosts.allow(made[0].type, terms.hosts)
        return Batch(number, made[0].type.hit_type_id, len(made))

    with books(data) as market:
        return market.write(write)


def annotation(number: int) -> str:
    """What marks the HITs of a batch."""
    return f"BatchId:{number};"


def _create(
    call: Call, layout_id: str, terms: Terms, number: int, line: int, row: Mapping[str, str]
) -> Hit:
    params = {
        "Title": terms.title,
        "Description": terms.description,
        "Reward": terms.reward,
        "AssignmentDurationInSeconds": terms.duration,
        "AutoApprovalDelayInSeconds": terms.auto_approval,
        "LifetimeInSeconds": terms.lifetime,
        "MaxAssignments": terms.assignments,
        "RequesterAnnotation": annotation(number),
        "HITLayoutId": layout_id,
        "HITLayoutParameters": [{"Name": name, "Value": value} for name, value in row.items()],
    }
    if terms.keywords:
        params["Keywords"] = terms.keywords
    try:
        checked = validation.check("CreateHIT", params)
        made = create_hit(Call(call.session, call.now, call.account_seq, checked))
    except WireError as error:
        raise EndpointError(f"line {line} of the table: {error.message}") from error
    return call.session.scalars(select(Hit).where(Hit.hit_id == made["HIT"]["HITId"])).one()


def read_text(path: Path) -> str:
    """A file of the operator's, which may begin with a byte order mark."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise EndpointError(f"cannot read {path}: {error}") from error


def _rows(path: Path) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header, *lines = [line for line in reader if line]
    except csv.Error as error:
        raise EndpointError(f"{path}, line {reader.line_num}: {error}") from error
    except ValueError:
        raise EndpointError(f"{path} has no header and no rows") from None
    if len(set(header)) < len(header) or not lines:
        raise EndpointError(f"{path} needs rows, and a header that names each column once")
    for number, line in enumerate(lines, 2):
        if len(line) != len(header):
            raise EndpointError(
                f"{path}, row {number}: {len(line)} cells, where the header has {len(header)}"
            )
    return [dict(zip(header, line, strict=True)) for line in lines]

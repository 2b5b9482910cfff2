"""Teaching experiments: which runs belong together, and what each of them is for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

from sqlalchemy import Engine, RowMapping, delete, select

from db.records import TeachingArm, TeachingPlan
from db.store.engine import reading, writing
from db.store.rows import now, to_row
from db.tables import teachings


def planned(plan: TeachingPlan) -> TeachingPlan:
    """The plan under the id that follows from what it holds."""
    said = asdict(replace(plan, id="", made_at=None))
    return replace(plan, id=hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest())


def put(engine: Engine, plan: TeachingPlan) -> None:
    """Write it down as the latest; the same plan again takes the place of the former."""
    row = to_row(plan) | {"arms": [asdict(arm) for arm in plan.arms], "made_at": now()}
    with writing(engine) as connection:
        connection.execute(delete(teachings).where(teachings.c.id == plan.id))
        connection.execute(teachings.insert(), row)


def read(engine: Engine, campaign_id: str) -> list[TeachingPlan]:
    """The experiments on a campaign's rationales, that which was asked for last first."""
    query = (
        select(teachings)
        .where(teachings.c.campaign_id == campaign_id)
        .order_by(teachings.c.made_at.desc(), teachings.c.id)
    )
    with reading(engine) as connection:
        return [_plan(row) for row in connection.execute(query).mappings()]


def _plan(row: RowMapping) -> TeachingPlan:
    arms = tuple(TeachingArm(**{**arm, "runs": tuple(arm["runs"])}) for arm in row["arms"])
    values = {name: row[name] for name in ("id", "campaign_id", "settings", "made_at")}
    return TeachingPlan(**values, seeds=tuple(row["seeds"]), arms=arms)

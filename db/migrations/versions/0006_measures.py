"""What was measured of a run on an instance"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = ("run_id", "instance_id", "explainer", "name")


def upgrade() -> None:
    """Go forward: a new table; of what is there nothing was measured in this way."""
    op.create_table(
        "measures",
        *(sa.Column(name, sa.String(64), nullable=False) for name in KEY),
        sa.Column("value", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["model_runs.id"], name="fk_measures_run_id"),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name="fk_measures_instance_id"),
        sa.PrimaryKeyConstraint(*KEY, name="pk_measures"),
    )


def downgrade() -> None:
    """Go back: what was measured can be measured again from the runs."""
    op.drop_table("measures")

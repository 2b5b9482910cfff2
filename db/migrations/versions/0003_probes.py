"""Class probabilities of a run on an instance of which a part was removed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: a table of its own, empty until `konkyo faithfulness` fills it."""
    op.create_table(
        "probes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("instance_id", sa.String(64), nullable=False),
        sa.Column("removal", sa.String(64), nullable=False),
        sa.Column("removed", sa.LargeBinary(), nullable=False),
        sa.Column("probabilities", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["model_runs.id"], name="fk_probes_run_id"),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name="fk_probes_instance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_probes"),
    )
    op.create_index("ix_probes_run_id_removal", "probes", ["run_id", "removal"])


def downgrade() -> None:
    """Go back: what was measured is lost, and can be measured again."""
    op.drop_index("ix_probes_run_id_removal", table_name="probes")
    op.drop_table("probes")

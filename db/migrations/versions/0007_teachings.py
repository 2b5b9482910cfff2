"""Teaching experiments, and losses of any number of terms"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: experiments made before are there again once `konkyo teach` was run again, which
    finds the runs that it would make in the same way, and trains the others."""
    op.create_table(
        "teachings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("seeds", sa.JSON(), nullable=False),
        sa.Column("arms", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_teachings_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_teachings"),
    )
    op.create_index("ix_teachings_campaign_id", "teachings", ["campaign_id"])
    if op.get_bind().dialect.name != "sqlite":  # which holds texts of any length in any column
        op.alter_column("model_runs", "objective", type_=sa.Text(), existing_type=sa.String(64))


def downgrade() -> None:
    """Go back: the runs stay; losses of more than 64 characters are cut."""
    op.execute("UPDATE model_runs SET objective = SUBSTR(objective, 1, 64)")
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("model_runs", "objective", type_=sa.String(64), existing_type=sa.Text())
    op.drop_index("ix_teachings_campaign_id", "teachings")
    op.drop_table("teachings")

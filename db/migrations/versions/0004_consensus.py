"""What methods of aggregation make of each unit, and where that comes from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: two new tables; what `human_rationales` holds stays."""
    op.create_table(
        "consensus_origins",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _reference("consensus_origins", "campaign_id", "campaigns"),
        sa.PrimaryKeyConstraint("id", name="pk_consensus_origins"),
        sa.UniqueConstraint(
            "campaign_id",
            "question",
            "method",
            name="uq_consensus_origins_campaign_id_question_method",
        ),
    )
    op.create_table(
        "consensus_units",
        sa.Column("origin_id", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(64), nullable=False),
        sa.Column("item_id", sa.String(64), nullable=True),
        sa.Column("n_judgements", sa.Integer(), nullable=False),
        sa.Column("label", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("posterior", sa.LargeBinary(), nullable=True),
        sa.Column("entropy", sa.Float(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("sd", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        _reference("consensus_units", "origin_id", "consensus_origins"),
        _reference("consensus_units", "instance_id", "instances"),
        _reference("consensus_units", "item_id", "items"),
        sa.PrimaryKeyConstraint("origin_id", "position", name="pk_consensus_units"),
    )


def downgrade() -> None:
    """Go back: what was stored can be made again from the judgements."""
    op.drop_table("consensus_units")
    op.drop_table("consensus_origins")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")

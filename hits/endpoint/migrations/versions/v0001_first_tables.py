"""The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """From nothing."""
    occupies = sa.text("state not in ('Returned', 'Abandoned')")
    op.create_table(
        "accounts",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("access_key", sa.String(length=128), nullable=False),
        sa.Column("secret_key", sa.String(length=128), nullable=False),
        sa.Column("available_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_accounts"),
        sa.UniqueConstraint("access_key", name="uq_accounts_access_key"),
    )
    op.create_table(
        "workers",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_workers"),
        sa.UniqueConstraint("worker_id", name="uq_workers_worker_id"),
    )
    op.create_table(
        "hit_types",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hit_type_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=True),
        sa.Column("reward_cents", sa.BigInteger(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("auto_approval_s", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_seq"], ["accounts.seq"], name="fk_hit_types_account_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_hit_types"),
        sa.UniqueConstraint("account_seq", "digest", name="uq_hit_types_account_seq_digest"),
        sa.UniqueConstraint("group_id", name="uq_hit_types_group_id"),
        sa.UniqueConstraint("hit_type_id", name="uq_hit_types_hit_type_id"),
    )
    op.create_table(
        "request_tokens",
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_seq"], ["accounts.seq"], name="fk_request_tokens_account_seq"
        ),
        sa.PrimaryKeyConstraint("account_seq", "purpose", "token", name="pk_request_tokens"),
    )
    op.create_table(
        "worker_sessions",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("worker_seq", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_seq"], ["workers.seq"], name="fk_worker_sessions_worker_seq"
        ),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_worker_sessions"),
    )
    op.create_index("ix_worker_sessions_worker_seq", "worker_sessions", ["worker_seq"])
    op.create_table(
        "hits",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hit_id", sa.String(length=64), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("type_seq", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("annotation", sa.Text(), nullable=True),
        sa.Column("max_assignments", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("review_status", sa.String(length=32), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("held_cents", sa.BigInteger(), nullable=False),
        sa.Column("reviewable_ms", sa.BigInteger(), nullable=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_seq"], ["accounts.seq"], name="fk_hits_account_seq"),
        sa.ForeignKeyConstraint(["type_seq"], ["hit_types.seq"], name="fk_hits_type_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_hits"),
        sa.UniqueConstraint("hit_id", name="uq_hits_hit_id"),
    )
    op.create_index("ix_hits_account_seq_seq", "hits", ["account_seq", "seq"])
    op.create_index("ix_hits_due_ms", "hits", ["due_ms"])
    op.create_index("ix_hits_status_type_seq", "hits", ["status", "type_seq"])
    op.create_table(
        "assignments",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.String(length=64), nullable=False),
        sa.Column("hit_seq", sa.Integer(), nullable=False),
        sa.Column("worker_seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("accept_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("given_up_ms", sa.BigInteger(), nullable=True),
        sa.Column("submit_ms", sa.BigInteger(), nullable=True),
        sa.Column("auto_approval_ms", sa.BigInteger(), nullable=True),
        sa.Column("approval_ms", sa.BigInteger(), nullable=True),
        sa.Column("rejection_ms", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["hit_seq"], ["hits.seq"], name="fk_assignments_hit_seq"),
        sa.ForeignKeyConstraint(["worker_seq"], ["workers.seq"], name="fk_assignments_worker_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_assignments"),
        sa.UniqueConstraint("assignment_id", name="uq_assignments_assignment_id"),
    )
    op.create_index(
        "ix_assignments_hit_seq_state_submit_ms", "assignments", ["hit_seq", "state", "submit_ms"]
    )
    op.create_index(
        "ix_assignments_worker_seq_hit_seq_state", "assignments", ["worker_seq", "hit_seq", "state"]
    )
    op.create_index(
        "uq_assignments_one_per_worker",
        "assignments",
        ["hit_seq", "worker_seq"],
        unique=True,
        sqlite_where=occupies,
        postgresql_where=occupies,
    )
    op.create_table(
        "bonuses",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("assignment_seq", sa.Integer(), nullable=False),
        sa.Column("worker_seq", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_seq"], ["assignments.seq"], name="fk_bonuses_assignment_seq"
        ),
        sa.ForeignKeyConstraint(["worker_seq"], ["workers.seq"], name="fk_bonuses_worker_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_bonuses"),
    )
    op.create_index("ix_bonuses_assignment_seq", "bonuses", ["assignment_seq"])
    op.create_index("ix_bonuses_worker_seq", "bonuses", ["worker_seq"])
    op.create_table(
        "submit_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("assignment_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_seq"], ["assignments.seq"], name="fk_submit_tokens_assignment_seq"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_submit_tokens"),
    )
    op.create_index("ix_submit_tokens_assignment_seq", "submit_tokens", ["assignment_seq"])


def downgrade() -> None:
    """To nothing."""
    for table in (
        "submit_tokens",
        "bonuses",
        "assignments",
        "hits",
        "worker_sessions",
        "request_tokens",
        "hit_types",
        "workers",
        "accounts",
    ):
        op.drop_table(table)

"""Qualifications, blocks, layouts, review policies, messages, events, uploads, invitations.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Books of 0001 lose nothing: what is new is empty, or off."""
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("transport", sa.String(length=16), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=128), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
    )
    op.create_index("ix_events_next_ms", "events", ["next_ms"])
    op.create_table(
        "invitations",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_invitations"),
        sa.UniqueConstraint("code_hash", name="uq_invitations_code_hash"),
    )
    op.create_table(
        "layouts",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("layout_id", sa.String(length=64), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_seq"], ["accounts.seq"], name="fk_layouts_account_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_layouts"),
        sa.UniqueConstraint("layout_id", name="uq_layouts_layout_id"),
    )
    op.create_index("ix_layouts_account_seq", "layouts", ["account_seq"])
    op.create_table(
        "messages",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("worker_seq", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("read_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_seq"], ["accounts.seq"], name="fk_messages_account_seq"),
        sa.ForeignKeyConstraint(["worker_seq"], ["workers.seq"], name="fk_messages_worker_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_messages"),
    )
    op.create_index("ix_messages_worker_seq_read_ms", "messages", ["worker_seq", "read_ms"])
    op.create_table(
        "pages",
        sa.Column("page_id", sa.String(length=64), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_seq"], ["accounts.seq"], name="fk_pages_account_seq"),
        sa.PrimaryKeyConstraint("page_id", name="pk_pages"),
    )
    op.create_index("ix_pages_account_seq", "pages", ["account_seq"])
    op.create_table(
        "qualification_types",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("qualification_type_id", sa.String(length=64), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("test", sa.Text(), nullable=True),
        sa.Column("answer_key", sa.Text(), nullable=True),
        sa.Column("test_duration_s", sa.BigInteger(), nullable=True),
        sa.Column("retry_delay_s", sa.BigInteger(), nullable=True),
        sa.Column("auto_granted", sa.Boolean(), nullable=False),
        sa.Column("auto_granted_value", sa.Integer(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_seq"], ["accounts.seq"], name="fk_qualification_types_account_seq"
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_qualification_types"),
        sa.UniqueConstraint(
            "qualification_type_id", name="uq_qualification_types_qualification_type_id"
        ),
    )
    op.create_index(
        "uq_qualification_types_name",
        "qualification_types",
        ["account_seq", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_ms is null"),
        postgresql_where=sa.text("deleted_ms is null"),
    )
    op.create_table(
        "requester_sessions",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_seq"], ["accounts.seq"], name="fk_requester_sessions_account_seq"
        ),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_requester_sessions"),
    )
    op.create_index("ix_requester_sessions_account_seq", "requester_sessions", ["account_seq"])
    op.create_table(
        "worker_blocks",
        sa.Column("worker_seq", sa.Integer(), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_seq"], ["accounts.seq"], name="fk_worker_blocks_account_seq"
        ),
        sa.ForeignKeyConstraint(
            ["worker_seq"], ["workers.seq"], name="fk_worker_blocks_worker_seq"
        ),
        sa.PrimaryKeyConstraint("worker_seq", "account_seq", name="pk_worker_blocks"),
    )
    op.create_index("ix_worker_blocks_account_seq", "worker_blocks", ["account_seq"])
    op.create_table(
        "listeners",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type_seq", sa.Integer(), nullable=False),
        sa.Column("transport", sa.String(length=16), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(length=128), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["type_seq"], ["hit_types.seq"], name="fk_listeners_type_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_listeners"),
    )
    op.create_index("ix_listeners_type_seq", "listeners", ["type_seq"])
    op.create_table(
        "qualification_requests",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("type_seq", sa.Integer(), nullable=False),
        sa.Column("worker_seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("test", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=True),
        sa.Column("submit_ms", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["type_seq"], ["qualification_types.seq"], name="fk_qualification_requests_type_seq"
        ),
        sa.ForeignKeyConstraint(
            ["worker_seq"], ["workers.seq"], name="fk_qualification_requests_worker_seq"
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_qualification_requests"),
        sa.UniqueConstraint("request_id", name="uq_qualification_requests_request_id"),
        sa.UniqueConstraint("token_hash", name="uq_qualification_requests_token_hash"),
    )
    op.create_index(
        "ix_qualification_requests_type_seq_state", "qualification_requests", ["type_seq", "state"]
    )
    op.create_index(
        "ix_qualification_requests_worker_seq_type_seq",
        "qualification_requests",
        ["worker_seq", "type_seq"],
    )
    op.create_table(
        "qualifications",
        sa.Column("worker_seq", sa.Integer(), nullable=False),
        sa.Column("type_seq", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("granted_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["type_seq"], ["qualification_types.seq"], name="fk_qualifications_type_seq"
        ),
        sa.ForeignKeyConstraint(
            ["worker_seq"], ["workers.seq"], name="fk_qualifications_worker_seq"
        ),
        sa.PrimaryKeyConstraint("worker_seq", "type_seq", name="pk_qualifications"),
    )
    op.create_index("ix_qualifications_type_seq", "qualifications", ["type_seq"])
    op.create_table(
        "requirements",
        sa.Column("qualification_type_id", sa.String(length=64), nullable=False),
        sa.Column("type_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["type_seq"], ["hit_types.seq"], name="fk_requirements_type_seq"),
        sa.PrimaryKeyConstraint("qualification_type_id", "type_seq", name="pk_requirements"),
    )
    op.create_table(
        "review_actions",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hit_seq", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("action_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.String(length=64), nullable=False),
        sa.Column("target_type", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("complete_ms", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["hit_seq"], ["hits.seq"], name="fk_review_actions_hit_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_review_actions"),
        sa.UniqueConstraint("action_id", name="uq_review_actions_action_id"),
    )
    op.create_index("ix_review_actions_hit_seq_seq", "review_actions", ["hit_seq", "seq"])
    op.create_table(
        "review_results",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hit_seq", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("action_id", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hit_seq"], ["hits.seq"], name="fk_review_results_hit_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_review_results"),
    )
    op.create_index("ix_review_results_hit_seq_seq", "review_results", ["hit_seq", "seq"])
    op.create_table(
        "uploads",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("assignment_seq", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_seq"], ["assignments.seq"], name="fk_uploads_assignment_seq"
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_uploads"),
        sa.UniqueConstraint("upload_id", name="uq_uploads_upload_id"),
    )
    op.create_index("ix_uploads_assignment_seq", "uploads", ["assignment_seq"])
    op.add_column("hit_types", sa.Column("requirements", sa.JSON(), nullable=True))
    op.add_column("hit_types", sa.Column("hosts", sa.JSON(), nullable=True))
    op.add_column(
        "hit_types", sa.Column("listens", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("hits", sa.Column("layout_id", sa.String(length=64), nullable=True))
    op.add_column("hits", sa.Column("external_url", sa.Text(), nullable=True))
    op.add_column(
        "hits", sa.Column("frame_height", sa.Integer(), nullable=False, server_default="0")
    )
    _read_questions()
    op.add_column("hits", sa.Column("inputs", sa.JSON(), nullable=True))
    op.add_column(
        "hits", sa.Column("is_form", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "hits", sa.Column("has_policies", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("hits", sa.Column("assignment_policy", sa.JSON(), nullable=True))
    op.add_column("hits", sa.Column("hit_policy", sa.JSON(), nullable=True))
    op.add_column("workers", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("workers", sa.Column("subdivision", sa.String(length=2), nullable=True))
    op.add_column(
        "workers", sa.Column("adult", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("workers", sa.Column("blocks", sa.Integer(), nullable=False, server_default="0"))


def _read_questions() -> None:
    """What later versions keep beside a question stands in it: all were checked when they came."""
    hits = sa.table("hits", *map(sa.column, ("seq", "question", "external_url", "frame_height")))
    connection = op.get_bind()
    for seq, question in connection.execute(sa.select(hits.c.seq, hits.c.question)).all():
        root = fromstring(question, forbid_dtd=True)
        found = {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in root}
        connection.execute(
            sa.update(hits)
            .where(hits.c.seq == seq)
            .values(
                external_url=found.get("ExternalURL"),
                frame_height=int(found.get("FrameHeight") or 0),
            )
        )


def downgrade() -> None:
    """What only 0002 can say is lost."""
    op.drop_column("hit_types", "listens")
    op.drop_column("hit_types", "hosts")
    op.drop_column("hit_types", "requirements")
    op.drop_column("hits", "hit_policy")
    op.drop_column("hits", "assignment_policy")
    op.drop_column("hits", "has_policies")
    op.drop_column("hits", "is_form")
    op.drop_column("hits", "inputs")
    op.drop_column("hits", "frame_height")
    op.drop_column("hits", "external_url")
    op.drop_column("hits", "layout_id")
    op.drop_column("workers", "blocks")
    op.drop_column("workers", "adult")
    op.drop_column("workers", "subdivision")
    op.drop_column("workers", "country")
    for name in (
        "events",
        "invitations",
        "uploads",
        "review_results",
        "review_actions",
        "requirements",
        "qualifications",
        "qualification_requests",
        "listeners",
        "worker_blocks",
        "requester_sessions",
        "qualification_types",
        "messages",
        "layouts",
        "pages",
    ):
        op.drop_table(name)

"""The options that each rationale was made with"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: of what is there nobody wrote the options down, and defaults are assumed."""
    op.add_column(
        "rationales", sa.Column("options", sa.JSON(), nullable=False, server_default="{}")
    )


def downgrade() -> None:
    """Go back: rationales stay, and how they were made is known from their details alone."""
    op.drop_column("rationales", "options")

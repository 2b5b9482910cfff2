"""Images and feature rows as instances; items have roles, parts and things shown beside them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward: every new column has a value for the rows that are there."""
    op.add_column("instances", sa.Column("image", sa.LargeBinary(), nullable=True))
    op.add_column("instances", _words("media_type", 64))
    op.add_column("instances", sa.Column("size", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("instances", _json("features", "{}"))
    op.add_column("rationales", _json("shape", "[]"))
    op.add_column(
        "rationales",
        sa.Column("contrast", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("items", _words("role", 16, "regular"))
    op.add_column("items", _json("shown", "{}"))
    op.add_column("items", _words("phase", 32))
    # Until now a known answer was what made a check item.
    items = sa.table("items", sa.column("role"), sa.column("gold"))
    op.execute(items.update().where(items.c.gold.is_not(None)).values(role="check"))


def downgrade() -> None:
    """Go back. What the older schema cannot hold (images, rows, repeats, practice) must be gone."""
    for table, columns in NEW.items():
        for column in reversed(columns):
            op.drop_column(table, column)


NEW = {
    "instances": ("image", "media_type", "size", "features"),
    "rationales": ("shape", "contrast"),
    "items": ("role", "shown", "phase"),
}


def _words(name: str, length: int, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def _json(name: str, default: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default=default)

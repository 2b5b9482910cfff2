"""Alembic's entry: run the project's migrations on the connection that was handed over."""

from __future__ import annotations

from alembic import context

from db.tables import metadata


def run() -> None:
    """Apply the requested revisions inside the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()

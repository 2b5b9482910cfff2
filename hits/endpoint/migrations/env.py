"""Run the history on the connection that ``database`` hands over, inside its transaction."""

from alembic import context

from hits.endpoint.database import VERSION_TABLE
from hits.endpoint.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

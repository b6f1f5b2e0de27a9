"""Runs migrations on the connection that `server.migrate` hands over."""

from alembic import context

from server.migrate import TABLES

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=TABLES, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

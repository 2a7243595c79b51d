"""How Alembic runs our migrations: on the connection it is handed, never waiting long for a lock."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from persistence.tables import metadata


def render(kind: str, item: object, rendering: AutogenContext) -> str | Literal[False]:
    """Our own column types as what they are in the database: a revision outlives the code of its day."""
    if kind == "type" and isinstance(item, TypeDecorator) and isinstance(item.impl_instance, JSONB):
        rendering.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.JSONB()"
    return False


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, render_item=render)
    connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
    with context.begin_transaction():
        context.run_migrations()


run()

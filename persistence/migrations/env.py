"""How Alembic runs our migrations: on the connection it is handed, never waiting long for a lock."""

from alembic import context

from persistence.tables import metadata


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    connection.exec_driver_sql("SET lock_timeout = '5s'")
    with context.begin_transaction():
        context.run_migrations()


run()

"""The command line: each command is a function that returns the process's exit code."""

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from server.embedded import EmbeddedPostgres, EmbeddedPostgresError, temporary_postgres
from server.ending import Ending
from server.export_arguments import add_export_arguments
from server.laps import Laps
from server.lean import without
from server.listening import listen
from server.schema_arguments import add_schema_arguments
from server.settings import CannotRun, Settings
from server.trust_arguments import add_trust_arguments

ROOT = Path(__file__).parent.parent
SDL_FILE, STATES_FILE = ROOT / "schema" / "schema.graphql", ROOT / "docs" / "states.md"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m server", description="Milepost: from the posted gig to the invoice."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _add(
        commands, "serve", _serve, "Serve the API with a worker inside; starts the embedded PostgreSQL if needed."
    )
    serve.add_argument("--without-worker", action="store_true", help="only the API: a worker runs beside")
    _add(commands, "worker", _worker, "Run only the worker: events, timers, payments.")
    _add(commands, "seed", _seed, "Put the demonstration data into an empty database.")
    _add(commands, "check-books", _check_books, "Recompute every balance and document; exit 1 at a difference.")
    _add(commands, "check-audit", _check_audit, "Recompute the audit log; exit 1 where it was changed.")
    add_export_arguments(_add(commands, "export-ledger", _export_ledger, "Write ledger entries as CSV or JSON lines."))
    add_trust_arguments(_add(commands, "trust", _trust, "Trust what a released client asks, end that, or list it all."))
    plan = _add(commands, "plan", _plan, "Print the statements by which the planner answers a query.")
    plan.add_argument("file", metavar="FILE", type=Path, help="a GraphQL document")
    plan.add_argument("--variables", metavar="JSON", default="{}", help="its variables")
    for generated in (
        _add(commands, "sdl", _sdl, "Write the schema to schema/schema.graphql."),
        _add(commands, "states", _states, "Write the state diagrams to docs/states.md."),
    ):
        generated.add_argument("--check", action="store_true", help="only compare; exit 1 when the file is out of date")
    clients = _add(commands, "clients", _clients, "Write the clients from the schema and the operations.")
    clients.add_argument("--operations", metavar="DIR", type=Path, help="a folder of *.graphql files of your own")
    clients.add_argument("--out", metavar="DIR", type=Path, help="with --operations: where to write the clients")
    clients.add_argument("--check", action="store_true", help="only compare; exit 1 when a file is out of date")
    add_schema_arguments(
        _add(commands, "schema", _schema, "Judge a change of the schema: check, changelog, deprecations.")
    )
    migrate = _add(commands, "migrate", _migrate, "Bring the database to this build's schema.")
    migrate.add_argument("--check", action="store_true", help="compare migrations and tables on a scratch database")
    migrate.add_argument("--create", metavar="MESSAGE", help="write a new revision from the changed tables")
    migrate.add_argument(
        "--sql", metavar="FILE", type=Path, help="with --create: statements to append, as for triggers"
    )
    chosen = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except (EmbeddedPostgresError, CannotRun) as error:
        print(error, file=sys.stderr)
        return 1


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Callable[[argparse.Namespace], int],
    help_: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_, description=help_)
    parser.set_defaults(command=command, name=name)
    return parser


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The URL of the database to use: the configured one, or the embedded one for as long as the block runs."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with EmbeddedPostgres(settings.data_dir) as server:
        yield server.url


def _serve(chosen: argparse.Namespace) -> int:
    laps, settings = Laps(), Settings.read()
    with Ending() as ending:
        listener = listen(settings.host, settings.port)
        if listener is None:
            print(f"Port {settings.port} is taken. Choose another: PORT=8001 make serve", file=sys.stderr)
            return 1
        with listener, _started_meanwhile(database_of(settings)) as url:
            # The database starts while Python loads us; both take about as long, and what is loaded stays.
            gc.disable()
            import uvloop

            # structlog takes it where a development tool has brought it along, for 8 MB and nothing.
            with without("rich"):
                from server.serving import Start, serve

            laps.mark("code")
            start = Start(settings, url(), listener, ending, laps, works=not chosen.without_worker)
            laps.mark("database")
            return uvloop.run(serve(start))


@contextmanager
def _started_meanwhile(resource: AbstractContextManager[str]) -> Iterator[Callable[[], str]]:
    """Enters in a thread; the block goes on and calls what it got when it needs the result."""
    with ThreadPoolExecutor(1) as thread:
        entering = thread.submit(resource.__enter__)
        try:
            yield entering.result
        finally:
            if entering.exception() is None:
                resource.__exit__(None, None, None)


def _worker(chosen: argparse.Namespace) -> int:
    from server.serving import work

    settings = Settings.read()
    with Ending() as ending, database_of(settings) as url:
        return asyncio.run(work(settings, url, ending))


def _seed(chosen: argparse.Namespace) -> int:
    from server.migrations import upgrade
    from server.seed import seed_command

    settings = Settings.read()
    with database_of(settings) as url:
        asyncio.run(upgrade(settings.database_direct_url or url))
        return asyncio.run(seed_command(url))


def _check_books(chosen: argparse.Namespace) -> int:
    from server.books import check_books_command

    settings = Settings.read()
    with database_of(settings) as url:
        return asyncio.run(check_books_command(url))


def _check_audit(chosen: argparse.Namespace) -> int:
    from integrations.archive import FolderArchive
    from server.audit import check_audit_command

    settings = Settings.read()
    with database_of(settings) as url:
        return asyncio.run(check_audit_command(url, FolderArchive(settings.audit_folder)))


def _export_ledger(chosen: argparse.Namespace) -> int:
    from server.ledger_files import export_command

    with database_of(Settings.read()) as url:
        return asyncio.run(export_command(url, chosen))


def _trust(chosen: argparse.Namespace) -> int:
    from server.trusting import trust_command

    with database_of(Settings.read()) as url:
        return asyncio.run(trust_command(url, chosen))


def _plan(chosen: argparse.Namespace) -> int:
    from server.plans import plan_command

    with database_of(Settings.read()) as url:
        return asyncio.run(plan_command(url, chosen.file.read_text(), json.loads(chosen.variables)))


def _sdl(chosen: argparse.Namespace) -> int:
    from schema.api import sdl

    return _generate(SDL_FILE, sdl(), chosen)


def _states(chosen: argparse.Namespace) -> int:
    from server.states import states_document

    return _generate(STATES_FILE, states_document(), chosen)


def _clients(chosen: argparse.Namespace) -> int:
    from server.clients import clients_command

    return clients_command(SDL_FILE, chosen.operations, chosen.out, is_check=chosen.check)


def _schema(chosen: argparse.Namespace) -> int:
    from server.schema_changes import schema_command

    return schema_command(chosen)


def _generate(path: Path, text: str, chosen: argparse.Namespace) -> int:
    """Writes a generated file or, with --check, tells whether it is what would be written."""
    name = path.relative_to(ROOT)
    if not chosen.check:
        path.write_text(text)
        print(f"Wrote {name}.")
        return 0
    if path.exists() and path.read_text() == text:
        return 0
    print(f"{name} is out of date: run `python -m server {chosen.name}` and commit it.")
    return 1


def _migrate(chosen: argparse.Namespace) -> int:
    from server import migrations

    if chosen.create:
        return _create_revision(chosen.create, chosen.sql)
    if chosen.check:
        with temporary_postgres(f"check-{os.getpid()}") as scratch:
            found = asyncio.run(migrations.differences(scratch.url))
        print("\n".join(found) or "Migrations and tables agree.")
        return 1 if found else 0
    settings = Settings.read()
    with database_of(settings) as url:
        has_changed = asyncio.run(migrations.upgrade(settings.database_direct_url or url))
    print(f"The database is at revision {migrations.head_revision()}{'' if has_changed else ', as it was'}.")
    return 0


def _create_revision(message: str, sql: Path | None) -> int:
    from server import migrations, revisions

    statements = [] if sql is None else list(revisions.statements_of(sql.read_text()))
    with temporary_postgres(f"create-{os.getpid()}") as scratch:
        path = asyncio.run(migrations.create_revision(scratch.url, message, statements))
    print(f"Wrote {path}. Read it before you commit it.")
    return 0

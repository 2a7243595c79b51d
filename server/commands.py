"""The command line: each command is a function that returns the process's exit code."""

import argparse
import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from server.embedded import EmbeddedPostgres, temporary_postgres
from server.settings import Settings

ROOT = Path(__file__).parent.parent
SDL_FILE, STATES_FILE = ROOT / "schema" / "schema.graphql", ROOT / "docs" / "states.md"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m server", description="Milepost: from the posted gig to the invoice."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "serve", _serve, "Serve the API with a worker inside; starts the embedded PostgreSQL if needed.")
    _add(commands, "worker", _worker, "Run only the worker: events, timers, payments.")
    _add(commands, "seed", _seed, "Put the demonstration data into an empty database.")
    _add(commands, "check-books", _check_books, "Recompute every balance and document; exit 1 at a difference.")
    for generated in (
        _add(commands, "sdl", _sdl, "Write the schema to schema/schema.graphql."),
        _add(commands, "states", _states, "Write the state diagrams to docs/states.md."),
    ):
        generated.add_argument("--check", action="store_true", help="only compare; exit 1 when the file is out of date")
    migrate = _add(commands, "migrate", _migrate, "Bring the database to this build's schema.")
    migrate.add_argument("--check", action="store_true", help="compare migrations and tables on a scratch database")
    migrate.add_argument("--create", metavar="MESSAGE", help="write a new revision from the changed tables")
    migrate.add_argument(
        "--sql", metavar="FILE", type=Path, help="with --create: statements to append, as for triggers"
    )
    chosen = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    return command(chosen)


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
    from server.serving import serve

    settings = Settings()
    with database_of(settings) as url:
        return asyncio.run(serve(settings, url))


def _worker(chosen: argparse.Namespace) -> int:
    from server.serving import work

    settings = Settings()
    with database_of(settings) as url:
        return asyncio.run(work(settings, url))


def _seed(chosen: argparse.Namespace) -> int:
    from server.seed import seed_command

    settings = Settings()
    with database_of(settings) as url:
        return asyncio.run(seed_command(url))


def _check_books(chosen: argparse.Namespace) -> int:
    from server.books import check_books_command

    settings = Settings()
    with database_of(settings) as url:
        return asyncio.run(check_books_command(url))


def _sdl(chosen: argparse.Namespace) -> int:
    from schema.api import sdl

    return _generate(SDL_FILE, sdl(), chosen)


def _states(chosen: argparse.Namespace) -> int:
    from server.states import states_document

    return _generate(STATES_FILE, states_document(), chosen)


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
    settings = Settings()
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

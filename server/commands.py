"""The command line: each command is a function that returns the process's exit code."""

import argparse
import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from server.embedded import EmbeddedPostgres, temporary_postgres
from server.settings import Settings

SDL_FILE = Path(__file__).parent.parent / "schema" / "schema.graphql"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m server", description="Milepost: from the posted gig to the invoice."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "serve", _serve, "Serve the API with a worker inside; starts the embedded PostgreSQL if needed.")
    _add(commands, "worker", _worker, "Run only the worker: events, timers, payments.")
    _add(commands, "seed", _seed, "Put the demonstration data into an empty database.")
    _add(commands, "check-books", _check_books, "Recompute every balance and document; exit 1 at a difference.")
    sdl = _add(commands, "sdl", _sdl, "Write the schema to schema/schema.graphql.")
    sdl.add_argument("--check", action="store_true", help="only compare; exit 1 when the file is out of date")
    migrate = _add(commands, "migrate", _migrate, "Bring the database to this build's schema.")
    migrate.add_argument("--check", action="store_true", help="compare migrations and tables on a scratch database")
    migrate.add_argument("--create", metavar="MESSAGE", help="write a new revision from the changed tables")
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
    parser.set_defaults(command=command)
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

    text = sdl()
    if not chosen.check:
        SDL_FILE.write_text(text)
        print(f"Wrote {SDL_FILE.relative_to(Path.cwd())}." if SDL_FILE.is_relative_to(Path.cwd()) else "Written.")
        return 0
    if SDL_FILE.exists() and SDL_FILE.read_text() == text:
        return 0
    print("schema/schema.graphql is out of date: run `python -m server sdl` and commit it.")
    return 1


def _migrate(chosen: argparse.Namespace) -> int:
    from server import migrations

    if chosen.check or chosen.create:
        with temporary_postgres(f"migrate-{id(chosen)}") as scratch:
            asyncio.run(migrations.upgrade(scratch.url))
            if chosen.create:
                asyncio.run(migrations.create_revision(scratch.url, chosen.create))
                return 0
            found = asyncio.run(migrations.differences(scratch.url))
        for difference in found:
            print(f"The migrations lack: {difference}")
        return 1 if found else 0
    settings = Settings()
    with database_of(settings) as url:
        asyncio.run(migrations.upgrade(settings.database_direct_url or url))
    return 0

"""`trust`: what released clients ask is added, ended and listed; what our own clients ask is added by itself."""

from argparse import Namespace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from graphql import GraphQLError, parse, validate

from domain.actors import SYSTEM
from domain.trusted_documents import BadManifest, TrustedDocument, hash_of, read_manifest
from persistence import trusted_documents
from persistence.database import Database
from persistence.unit import transact
from schema.api import schema
from server.migrations import require_schema

OURS = Path(__file__).parent.parent / "clients" / "manifest.json"
OUR_NAME = "milepost"
_DIGITS_OF_BUILD = 12


async def trust_our_clients(database: Database, at: datetime) -> None:
    """Trusts what the clients that come along with this build ask; those of earlier builds stay trusted."""
    text = OURS.read_text()
    build = hash_of(text)[:_DIGITS_OF_BUILD]
    if not await trusted_documents.is_known(database, OUR_NAME, build):
        adding = partial(trusted_documents.trust, client=OUR_NAME, release=build, documents=read_manifest(text))
        await transact(database, adding, by=SYSTEM, at=at)


async def trust_command(url: str, chosen: Namespace) -> int:
    """Adds a release, ends one, or lists them where none is named; 1 when that could not be done."""
    wanted = (chosen.client is not None, chosen.release is not None, chosen.manifest is not None or chosen.retire)
    if len(set(wanted)) != 1 or (chosen.manifest is not None and chosen.retire):
        print("Name a --client and its --release, and a MANIFEST or --retire; or nothing, to see what is trusted.")
        return 1
    await require_schema(url)
    database = Database(url, pool_size=1)
    try:
        if chosen.client is None:
            return await _list(database)
        return await (_retire if chosen.retire else _add)(database, chosen)
    finally:
        await database.close()


async def _list(database: Database) -> int:
    for one in await trusted_documents.releases(database):
        end = "" if one.retired_at is None else f", retired {one.retired_at:%Y-%m-%d %H:%M}"
        print(f"{one.client} {one.release}: {one.documents} documents, added {one.added_at:%Y-%m-%d %H:%M}{end}")
    return 0


async def _retire(database: Database, chosen: Namespace) -> int:
    retiring = partial(trusted_documents.retire, client=chosen.client, release=chosen.release)
    is_done = await transact(database, retiring, by=SYSTEM, at=datetime.now(UTC))
    name = f"{chosen.client} {chosen.release}"
    print(f"Retired {name}." if is_done else f"There is no release {name} that is trusted.")
    return 0 if is_done else 1


async def _add(database: Database, chosen: Namespace) -> int:
    try:
        documents = read_manifest(chosen.manifest.read_text())
    except (BadManifest, OSError) as error:
        print(f"{chosen.manifest} cannot be trusted. {error}")
        return 1
    if problems := [problem for one in documents for problem in _problems(one)]:
        print(f"{chosen.manifest} does not fit the schema of this build.", *problems, sep="\n")
        return 1
    adding = partial(trusted_documents.trust, client=chosen.client, release=chosen.release, documents=documents)
    await transact(database, adding, by=SYSTEM, at=datetime.now(UTC))
    print(f"Trusting {len(documents)} documents of {chosen.client} {chosen.release}.")
    return 0


def _problems(document: TrustedDocument) -> list[str]:
    try:
        faults = validate(schema._schema, parse(document.text))
    except GraphQLError as error:
        faults = [error]
    return [f"{document.name}: {fault.message}" for fault in faults]

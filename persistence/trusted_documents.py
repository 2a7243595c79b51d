"""Queries of trusted documents: those of a release, and those of all releases that are in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.ids import new_id
from domain.trusted_documents import TrustedDocument
from persistence.database import Database
from persistence.tables.limits import client_releases, released_documents, trusted_documents
from persistence.unit import Unit

CHANNEL = "milepost_documents"
"""Triggers tell here of every change."""
_releases, _documents, _released = client_releases.c, trusted_documents.c, released_documents.c


@dataclass(frozen=True, slots=True)
class Release:
    """What a client was released with."""

    client: str
    release: str
    documents: int
    added_at: datetime
    retired_at: datetime | None


async def texts(database: Database) -> list[str]:
    """The documents of all releases that are not retired."""
    in_use = select(_released.document_hash).join(client_releases).where(_releases.retired_at.is_(None))
    async with database.reader() as session:
        return list(await session.scalars(select(_documents.text).where(_documents.hash.in_(in_use))))


async def releases(database: Database) -> list[Release]:
    """All of them, with the newest last."""
    count = select(func.count()).where(_released.release_id == _releases.id).scalar_subquery()
    columns = (_releases.client, _releases.release, count, _releases.added_at, _releases.retired_at)
    async with database.reader() as session:
        rows = await session.execute(select(*columns).order_by(_releases.added_at, _releases.id))
        return [Release(*row) for row in rows]


async def trust(db: Unit, client: str, release: str, documents: Sequence[TrustedDocument]) -> None:
    """Trusts the documents of a release, besides those that it has; one that was retired is in use again."""
    adding = insert(client_releases).values(id=new_id(), client=client, release=release, added_at=db.at)
    adding = adding.on_conflict_do_update(index_elements=["client", "release"], set_={"retired_at": None})
    release_id = await db.session.scalar(adding.returning(_releases.id))
    rows = {one.hash: {"hash": one.hash, "name": one.name, "text": one.text} for one in documents}
    if rows:
        await db.session.execute(insert(trusted_documents).on_conflict_do_nothing(), list(rows.values()))
        links = [{"release_id": release_id, "document_hash": hash_} for hash_ in rows]
        await db.session.execute(insert(released_documents).on_conflict_do_nothing(), links)


async def retire(db: Unit, client: str, release: str) -> bool:
    """Ends the trust in a release; its documents stay trusted where another has them. False where there is none."""
    which = (_releases.client == client, _releases.release == release, _releases.retired_at.is_(None))
    retiring = update(client_releases).where(*which).values(retired_at=db.at).returning(_releases.id)
    return await db.session.scalar(retiring) is not None


async def is_known(database: Database, client: str, release: str) -> bool:
    which = select(_releases.id).where(_releases.client == client, _releases.release == release)
    async with database.reader() as session:
        return await session.scalar(which) is not None

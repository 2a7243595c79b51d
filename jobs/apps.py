"""What happens around apps by itself: sessions end with what they rest on, and signing keys follow each other."""

from datetime import UTC, datetime
from functools import partial

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.memberships import Membership
from integrations.signing import new_pair
from integrations.vault import vault_in_use
from persistence import app_codes, cross_app_sessions, signing_keys
from persistence.database import Database
from persistence.unit import Unit, transact

BATCH = 100


async def end_sessions_of_user(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To user.suspended and user.deactivated: worth nothing since, they stay so when the person is back."""

    async def work(db: Unit) -> int:
        return await cross_app_sessions.end_of_user(db, event.subject_id, None, datetime.now(UTC))

    await transact(database, work, by=SYSTEM, at=now)


async def end_sessions_of_member(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To member.removed: the same for the organization that somebody has left."""

    async def work(db: Unit) -> int:
        member = await db.session.get_one(Membership, event.subject_id)
        return await cross_app_sessions.end_of_user(db, member.user_id, member.organization_id, datetime.now(UTC))

    await transact(database, work, by=SYSTEM, at=now)


async def expire_sessions(database: Database, now: datetime) -> int:
    """Sessions live on real time; they are worth nothing from their last second on, whenever this comes by."""
    real = datetime.now(UTC)

    async def work(db: Unit) -> int:
        over = await cross_app_sessions.over(db, real, BATCH)
        for session in over:
            session.end("expire", by=SYSTEM, at=db.at, real=real)
        return len(over)

    return await transact(database, work, by=SYSTEM, at=now)


async def forget_codes(database: Database, now: datetime) -> int:
    return await app_codes.forget_old(database, datetime.now(UTC))


async def rotate_signing_keys(database: Database, now: datetime) -> int:
    """Publishes the next key a day before it signs, and lets go of those that nothing rests on any more."""
    real = datetime.now(UTC)
    async with database.reader() as session:
        if not await signing_keys.has_work(session, real):
            return 0

    async def work(db: Unit) -> int:
        renewed = await signing_keys.renew(db, partial(new_pair, vault_in_use()), real)
        return renewed + await signing_keys.forget_old(db, real)

    return await transact(database, work, by=SYSTEM, at=now)

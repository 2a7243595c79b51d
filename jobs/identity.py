"""What time brings to people and organizations: invitations expire, old sign-in attempts are forgotten."""

from datetime import UTC, datetime

from domain.actors import SYSTEM
from domain.sessions import RevokeReason
from persistence import account_requests, impersonations, invitations, refresh_tokens, sign_in_challenges, sign_ins
from persistence.database import Database
from persistence.unit import Unit, transact

BATCH = 100


async def expire_invitations(database: Database, now: datetime) -> int:
    async def work(db: Unit) -> int:
        due = await invitations.due_for_expiry(db, BATCH)
        for invitation in due:
            invitation.expire(at=db.at)
        return len(due)

    return await transact(database, work, by=SYSTEM, at=now)


async def end_impersonations(database: Database, now: datetime) -> int:
    """They live on real time, as their sessions do."""
    real = datetime.now(UTC)

    async def work(db: Unit) -> int:
        due = await impersonations.due_for_ending(db, real, BATCH)
        for impersonation in due:
            session = await impersonations.session_of(db, impersonation)
            session.revoke(RevokeReason.IMPERSONATION_ENDED, by=SYSTEM, at=db.at, real=real)
            impersonation.end(by=SYSTEM, at=db.at, real=real)
        return len(due)

    return await transact(database, work, by=SYSTEM, at=now)


async def forget_sign_ins(database: Database, now: datetime) -> int:
    """Attempts are counted, and therefore kept, on real time."""
    return await sign_ins.forget_old(database, datetime.now(UTC))


async def forget_credentials(database: Database, now: datetime) -> int:
    """What has expired, and what is no longer counted."""
    real = datetime.now(UTC)
    parts = (refresh_tokens, sign_in_challenges, account_requests)
    return sum([await part.forget_old(database, real) for part in parts])

"""What follows from keys: their end when it has come, and letters to those who answer for their organization."""

from datetime import UTC, datetime

from domain.actors import SYSTEM
from domain.api_keys import ApiKey
from domain.events import OutboxEvent
from domain.organizations import Organization
from integrations.mail import Letter, send
from persistence import api_keys, users
from persistence.database import Database
from persistence.unit import Unit, transact


async def expire_keys(database: Database, now: datetime) -> int:
    """Keys live on real time. They have stopped working by themselves: this writes it down."""
    real = datetime.now(UTC)

    async def work(db: Unit) -> int:
        due = await api_keys.due_for_expiry(db, real)
        for key in due:
            key.expire(at=db.at)
        return len(due)

    return await transact(database, work, by=SYSTEM, at=now)


_CHANGED = {
    "api_key.created": "A new API key was made for {organization} at Milepost.",
    "api_key.rotated": "An API key of {organization} at Milepost was replaced by another ({successor}…).",
    "api_key.revoked": "An API key of {organization} at Milepost was revoked: it no longer works.",
}


async def mail_key_changed(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To changes of keys that somebody makes: the owners of their organization, and whoever it was, if a member."""
    async with database.reader() as session:
        key = await session.get_one(ApiKey, event.subject_id)
        organization = await session.get_one(Organization, key.organization_id)
        addresses = await users.answering_for(session, key.organization_id, event.actor_user_id)
    what = _CHANGED[event.type].format(organization=organization.name, **event.data)
    text = (
        f"{what}\n\n"
        f"Name: {key.name}\nIt begins with: {key.prefix}\nIt may: {', '.join(key.scopes)}\n\n"
        "If none of you did this, revoke the key with revokeApiKey, and see to your passwords.\n"
    )
    for address in addresses:
        await send(Letter(address, "An API key has changed", text))

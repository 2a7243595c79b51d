"""Queries of devices that show notifications: whose they are, and letting go of those that are gone."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, false, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.ids import new_id
from domain.notifications import MAX_DEVICES, DevicePlatform, PushDevice
from persistence.tables.notifications import push_devices
from persistence.unit import Unit
from planner.edges import Condition, Source

_devices = push_devices.c


def visible_to(viewer: Actor) -> Condition:
    """One's own."""
    return false() if viewer.user_id is None else _devices.user_id == viewer.user_id


PUSH_DEVICES = Source(PushDevice, push_devices, visible_to)


async def of_user(session: AsyncSession, user_id: UUID) -> Sequence[PushDevice]:
    """The newest first."""
    statement = select(PushDevice).where(_devices.user_id == user_id)
    return (await session.scalars(statement.order_by(_devices.registered_at.desc(), _devices.id.desc()))).all()


async def register(db: Unit, user_id: UUID, token: str, platform: DevicePlatform) -> PushDevice:
    """The device with that token, theirs from now on: devices change hands. Too many make the oldest ones go."""
    values = {"id": new_id(), "user_id": user_id, "platform": platform, "registered_at": db.at}
    statement = insert(push_devices).values(token=token, **values)
    # With a new id: somebody else may know the old one.
    await db.session.execute(statement.on_conflict_do_update(index_elements=["token"], set_=values))
    mine = await of_user(db.session, user_id)
    await forget(db, [one.token for one in mine[MAX_DEVICES:]])
    return next(one for one in mine if one.token == token)


async def for_removal(db: Unit, device_id: UUID) -> PushDevice:
    statement = select(PushDevice).where(_devices.id == device_id, visible_to(db.by)).with_for_update()
    return await db.require(statement, "device", "deviceId")


async def forget(db: Unit, tokens: Sequence[str]) -> None:
    if tokens:
        await db.session.execute(delete(push_devices).where(_devices.token.in_(tokens)))

"""Queries of inbound webhooks: each is written once, leased to one worker at a time, and read by staff."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, false, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.inbound_webhooks import FINISHED, KEPT, WAITING, InboundWebhook, InboundWebhookStatus
from domain.money_exceptions import UNDECIDED
from domain.permissions import Permission
from domain.webhook_bodies import shown
from persistence import money_exceptions
from persistence.money_exceptions import MONEY_EXCEPTIONS
from persistence.outbox import status_change_row
from persistence.tables.losses import money_exceptions as exceptions
from persistence.tables.platform import status_changes
from persistence.tables.webhooks import inbound_webhook_bodies, inbound_webhooks, webhook_subjects
from persistence.unit import Unit
from planner.edges import Batch, Condition, Connection, One, Source

READERS = (Permission.STAFF_OPS, Permission.STAFF_MONEY)
AT_ONCE = 500


def visible_to(viewer: Actor) -> Condition:
    return true() if any(viewer.may(one) for one in READERS) else false()


INBOUND_WEBHOOKS = Source(InboundWebhook, inbound_webhooks, visible_to)
EXCEPTION = One(MONEY_EXCEPTIONS, "exception_id")

_COLUMNS = inbound_webhooks.c
_NAMES = [column.name for column in inbound_webhooks.columns]
LIST = Connection(
    INBOUND_WEBHOOKS,
    orders={"RECEIVED_AT": _COLUMNS.received_at, "OCCURRED_AT": _COLUMNS.occurred_at},
    default_order=(("RECEIVED_AT", True),),
    filters={
        "provider": lambda values: _COLUMNS.provider.in_(values),
        "status": lambda values: _COLUMNS.status.in_(values),
        "type": lambda types: _COLUMNS.type.in_(types),
        "provider_id": lambda id_: _COLUMNS.provider_id == id_,
        "exception_id": lambda id_: _COLUMNS.exception_id == id_,
        "received_from": lambda at: _COLUMNS.received_at >= at,
        "received_before": lambda at: _COLUMNS.received_at < at,
    },
)


async def _payloads(session: AsyncSession, viewer: Actor, webhooks: Sequence[InboundWebhook]) -> Mapping[UUID, Any]:
    """For objects that the viewer sees; what they carry of people stays where it is."""
    table = inbound_webhook_bodies.c
    rows = await session.execute(
        select(table.webhook_id, table.body).where(table.webhook_id.in_([one.id for one in webhooks]))
    )
    return {id_: shown(body) for id_, body in rows}


PAYLOAD = Batch(_payloads)


async def enter(db: Unit, webhooks: Sequence[InboundWebhook], body: bytes) -> int:
    """Writes down those that nobody has told yet; how many they were. The others are left as they are."""
    rows = [
        {name: getattr(one, name, None) for name in _NAMES} | {"version": 1, "created_at": db.at, "updated_at": db.at}
        for one in webhooks
    ]
    new = insert(inbound_webhooks).values(rows).on_conflict_do_nothing().returning(_COLUMNS.id)
    ids = set(await db.session.scalars(new))
    if ids:
        bodies = [{"webhook_id": id_, "body": body} for id_ in ids]
        changes = [(one.id, change) for one in webhooks for change in one.take_status_changes() if one.id in ids]
        await db.session.execute(insert(inbound_webhook_bodies), bodies)
        await db.session.execute(insert(status_changes), [status_change_row(*one) for one in changes])
    return len(ids)


async def due(db: Unit) -> InboundWebhook | None:
    """The one that waits for longest and that nobody handles."""
    statement = select(InboundWebhook).where(_COLUMNS.status.in_(WAITING), _COLUMNS.next_attempt_at <= db.at)
    statement = statement.order_by(_COLUMNS.next_attempt_at, _COLUMNS.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def lapsed(db: Unit) -> Sequence[UUID]:
    """Those whose worker has said nothing for as long as its lease was."""
    leased = _COLUMNS.status == InboundWebhookStatus.PROCESSING
    statement = select(_COLUMNS.id).where(leased, _COLUMNS.lease_until <= db.at).order_by(_COLUMNS.lease_until)
    return (await db.session.scalars(statement.limit(AT_ONCE))).all()


async def locked(db: Unit, webhook_id: UUID) -> InboundWebhook:
    statement = select(InboundWebhook).where(_COLUMNS.id == webhook_id, visible_to(db.by)).with_for_update()
    return await db.require(statement, "inbound webhook", "webhookId")


async def is_stale(db: Unit, webhook: InboundWebhook) -> bool:
    """Whether its subject was asked for already because of something that happened later."""
    table = webhook_subjects.c
    same = (table.provider == webhook.provider, table.account == webhook.account, table.subject == webhook.subject)
    return (await db.session.execute(select(exists().where(*same, table.told_at > webhook.occurred_at)))).scalar_one()


async def follow(db: Unit, webhook: InboundWebhook) -> None:
    """Keeps how far its subject has been followed; that never moves back."""
    table, told_at = webhook_subjects.c, webhook.occurred_at
    names = {"provider": webhook.provider, "account": webhook.account, "subject": webhook.subject}
    row = insert(webhook_subjects).values(**names, told_at=told_at, followed_at=db.at)
    latest = {"told_at": func.greatest(table.told_at, row.excluded.told_at), "followed_at": row.excluded.followed_at}
    await db.session.execute(row.on_conflict_do_update(index_elements=list(names), set_=latest))


async def ask_people(db: Unit, webhook: InboundWebhook) -> None:
    """Joins it to the undecided exception about its subject, which is opened where there is none."""
    finding = webhook.finding()
    await money_exceptions.open_once(db, finding)
    exception = await money_exceptions.undecided(db, finding)
    webhook.exception_id = None if exception is None else exception.id


async def forget_old(db: Unit) -> int:
    """Lets go of those that were received 90 days ago, unless they wait, or their exception does."""
    open_ = exists().where(exceptions.c.id == _COLUMNS.exception_id, exceptions.c.status.in_(UNDECIDED))
    waiting = (*WAITING, InboundWebhookStatus.PROCESSING)
    old = select(_COLUMNS.id).where(_COLUMNS.received_at < db.at - KEPT, _COLUMNS.status.not_in(waiting), ~open_)
    ids = (await db.session.scalars(old.order_by(_COLUMNS.received_at).limit(AT_ONCE))).all()
    if ids:
        await db.session.execute(delete(inbound_webhook_bodies).where(inbound_webhook_bodies.c.webhook_id.in_(ids)))
        await db.session.execute(delete(status_changes).where(status_changes.c.subject_id.in_(ids)))
        await db.session.execute(delete(inbound_webhooks).where(_COLUMNS.id.in_(ids)))
    await db.session.execute(delete(webhook_subjects).where(webhook_subjects.c.followed_at < db.at - KEPT))
    return len(ids)


async def unfinished(session: AsyncSession) -> Mapping[InboundWebhookStatus, int]:
    """How many wait for a worker or for people, by status."""
    counted = select(_COLUMNS.status, func.count()).where(_COLUMNS.status.not_in(FINISHED)).group_by(_COLUMNS.status)
    found = {row.status: row[1] for row in await session.execute(counted)}
    return {status: found.get(status, 0) for status in InboundWebhookStatus if status not in FINISHED}

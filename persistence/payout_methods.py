"""Queries of payout methods: whose they are, which one schedules pay out to, and the locks of the verbs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, false, select, true

from domain.actors import Actor
from domain.payment_methods import Provider
from domain.payout_methods import PayoutMethod, PayoutMethodStatus
from domain.payouts import BEFORE_SENT, PayoutState
from domain.permissions import Permission
from domain.refusals import not_found
from persistence.database import Database
from persistence.organizations import ORGANIZATIONS
from persistence.tables.identity import organizations
from persistence.tables.payouts import payout_methods, payouts
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, for those who may read its money; staff who may handle money see all."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return payout_methods.c.organization_id == viewer.organization_id


PAYOUT_METHODS = Source(PayoutMethod, payout_methods, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")

LIST = Connection(
    PAYOUT_METHODS,
    orders={"CREATED_AT": payout_methods.c.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: payout_methods.c.status.in_(values),
        "currency": lambda currency: payout_methods.c.currency == currency,
        "organization_id": lambda id_: payout_methods.c.organization_id == id_,
    },
)

_is_active = payout_methods.c.status == PayoutMethodStatus.ACTIVE


async def default_of(db: Unit, organization_id: UUID, currency: str) -> PayoutMethod | None:
    """The method that schedules pay out to; shared-locked, so that it is not detached meanwhile."""
    statement = select(PayoutMethod).where(
        payout_methods.c.organization_id == organization_id,
        payout_methods.c.currency == currency,
        payout_methods.c.is_default.is_(True),
        _is_active,
    )
    found = await db.session.scalar(statement.with_for_update(read=True))
    # Whoever has waited for a change of the default finds the old one gone: the second look sees the new one.
    return found or await db.session.scalar(statement.with_for_update(read=True))


async def own(database: Database, viewer: Actor, method_id: UUID) -> PayoutMethod:
    """A method of the viewer's organization."""
    async with database.reader() as session:
        mine = payout_methods.c.organization_id == viewer.organization_id
        found = await session.scalar(select(PayoutMethod).where(payout_methods.c.id == method_id, mine))
    if found is None or not viewer.may(Permission.MONEY_READ):
        raise not_found("payout method", "methodId")
    return found


async def for_payout(db: Unit, method_id: UUID) -> PayoutMethod:
    """A method of the caller's organization that is about to be paid out to; only one's own ever is."""
    return await db.require(_own(db, method_id).with_for_update(read=True), "payout method", "methodId")


async def for_change(db: Unit, method_id: UUID) -> PayoutMethod:
    return await db.require(_own(db, method_id).with_for_update(), "payout method", "methodId")


async def of_payout(db: Unit, method_id: UUID) -> PayoutMethod:
    """The method of a payout that goes on; shared-locked."""
    statement = select(PayoutMethod).where(payout_methods.c.id == method_id)
    return (await db.session.scalars(statement.with_for_update(read=True))).one()


async def of_account(db: Unit, provider: Provider, account: str) -> Sequence[PayoutMethod]:
    """The methods that are paid through one account at a provider, locked."""
    methods = payout_methods.c
    statement = select(PayoutMethod).where(methods.provider == provider, methods.token == account, _is_active)
    return (await db.session.scalars(statement.order_by(methods.id).with_for_update())).all()


async def for_choice(db: Unit, organization_id: UUID, currency: str) -> Sequence[PayoutMethod]:
    """All methods of a currency, detached ones too, while nobody else adds one or chooses among them."""
    organization = select(organizations.c.id).where(organizations.c.id == organization_id)
    await db.session.execute(organization.with_for_update(key_share=True))
    statement = select(PayoutMethod).where(
        payout_methods.c.organization_id == organization_id, payout_methods.c.currency == currency
    )
    return (await db.session.scalars(statement.order_by(payout_methods.c.id).with_for_update())).all()


async def has_any(db: Unit, organization_id: UUID) -> bool:
    """Whether the organization has, or had, a method in any currency. Ask once `for_choice` keeps others away."""
    found = exists().where(payout_methods.c.organization_id == organization_id)
    return (await db.session.execute(select(found))).scalar_one()


async def step_back(db: Unit, others: Sequence[PayoutMethod]) -> None:
    """Makes room for a new default: the unique index sees no two of them at any moment."""
    for other in others:
        other.is_default = False
    await db.flush()


async def is_in_use(db: Unit, method_id: UUID) -> bool:
    """Whether a payout to it has not ended."""
    unfinished = payouts.c.status.in_((*BEFORE_SENT, PayoutState.IN_TRANSIT))
    return bool(await db.session.scalar(select(exists().where(payouts.c.method_id == method_id, unfinished))))


def _own(db: Unit, method_id: UUID) -> Select[PayoutMethod]:
    mine = payout_methods.c.organization_id == db.by.organization_id
    return select(PayoutMethod).where(payout_methods.c.id == method_id, mine, visible_to(db.by))

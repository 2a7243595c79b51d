"""Queries of payment methods: whose they are, which one is charged, and the locks of the verbs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, false, select, true

from domain.actors import Actor, ActorKind
from domain.payment_methods import PaymentMethod, PaymentMethodStatus, Provider
from domain.payments import LIVE_STATES
from domain.permissions import Permission
from domain.refusals import invalid
from persistence.database import Database
from persistence.organizations import ORGANIZATIONS
from persistence.tables.identity import organizations
from persistence.tables.money import payment_methods, payments
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, for those who may read its money; the system, which charges them, sees all."""
    if viewer.kind is ActorKind.SYSTEM:
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return payment_methods.c.organization_id == viewer.organization_id


PAYMENT_METHODS = Source(PaymentMethod, payment_methods, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")

LIST = Connection(
    PAYMENT_METHODS,
    orders={"CREATED_AT": payment_methods.c.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: payment_methods.c.status.in_(values),
        "currency": lambda currency: payment_methods.c.currency == currency,
    },
)

_is_active = payment_methods.c.status == PaymentMethodStatus.ACTIVE


async def default_of(db: Unit, organization_id: UUID, currency: str) -> PaymentMethod | None:
    """The method that is charged when nobody names one; shared-locked, so that it is not detached meanwhile."""
    statement = select(PaymentMethod).where(
        payment_methods.c.organization_id == organization_id,
        payment_methods.c.currency == currency,
        payment_methods.c.is_default.is_(True),
        _is_active,
    )
    found = await db.session.scalar(statement.with_for_update(read=True))
    # Whoever has waited for a change of the default finds the old one gone: the second look sees the new one.
    return found or await db.session.scalar(statement.with_for_update(read=True))


async def customer_at(database: Database, organization_id: UUID, provider: Provider) -> str | None:
    """What the provider calls the organization, where it has ever given it a name."""
    methods = payment_methods.c
    statement = select(methods.customer).where(
        methods.organization_id == organization_id, methods.provider == provider, methods.customer.is_not(None)
    )
    async with database.reader() as session:
        return await session.scalar(statement.order_by(methods.id.desc()).limit(1))


async def chosen(db: Unit, payer_id: UUID | None, currency: str, method_id: UUID | None) -> PaymentMethod:
    """What a payer pays with: the named method, or else their default in the currency."""
    if method_id is not None:
        method = await for_charge(db, method_id)
        method.require_usable(currency)
        return method
    default = None if payer_id is None else await default_of(db, payer_id, currency)
    if default is None:
        raise invalid(f"There is no default payment method in {currency}: name one or add one.", "methodId")
    return default


async def for_charge(db: Unit, method_id: UUID) -> PaymentMethod:
    """A visible method that a payment is about to be made with."""
    statement = select(PaymentMethod).where(payment_methods.c.id == method_id, visible_to(db.by))
    return await db.require(statement.with_for_update(read=True), "payment method", "methodId")


async def for_change(db: Unit, method_id: UUID) -> PaymentMethod:
    statement = select(PaymentMethod).where(payment_methods.c.id == method_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "payment method", "methodId")


async def of_token(db: Unit, provider: Provider, token: str) -> Sequence[UUID]:
    """The methods that a provider's token stands for, in however many organizations and currencies."""
    methods = payment_methods.c
    statement = select(methods.id).where(methods.provider == provider, methods.token == token)
    return (await db.session.scalars(statement.where(methods.status != PaymentMethodStatus.DETACHED))).all()


async def outlived(db: Unit) -> Sequence[UUID]:
    """Methods whose last day has passed."""
    statement = select(payment_methods.c.id).where(_is_active, payment_methods.c.expires_on < db.at.date())
    return (await db.session.scalars(statement.order_by(payment_methods.c.id).limit(100))).all()


async def for_choice(db: Unit, organization_id: UUID, currency: str) -> Sequence[PaymentMethod]:
    """All active methods of a currency, while nobody else adds one or chooses among them.

    The organization's row stands for the choice; its lock leaves room for those who only refer to the organization.
    """
    organization = select(organizations.c.id).where(organizations.c.id == organization_id)
    await db.session.execute(organization.with_for_update(key_share=True))
    statement = select(PaymentMethod).where(
        payment_methods.c.organization_id == organization_id, payment_methods.c.currency == currency, _is_active
    )
    return (await db.session.scalars(statement.order_by(payment_methods.c.id).with_for_update())).all()


async def for_default(db: Unit, method_id: UUID) -> tuple[PaymentMethod, Sequence[PaymentMethod]]:
    """A visible method and the other active ones of its currency, locked as for a choice."""
    visible = select(payment_methods.c.organization_id, payment_methods.c.currency).where(
        payment_methods.c.id == method_id, visible_to(db.by)
    )
    found = (await db.session.execute(visible)).one_or_none()
    active = [] if found is None else await for_choice(db, found.organization_id, found.currency)
    method = next((one for one in active if one.id == method_id), None) or await for_change(db, method_id)
    return method, [one for one in active if one is not method]


async def step_back(db: Unit, others: Sequence[PaymentMethod]) -> None:
    """Makes room for a new default: the unique index sees no two of them at any moment."""
    for other in others:
        other.is_default = False
    await db.flush()


async def is_in_use(db: Unit, method_id: UUID) -> bool:
    """Whether a live payment is made with it."""
    live = exists().where(payments.c.method_id == method_id, payments.c.status.in_(LIVE_STATES))
    return bool(await db.session.scalar(select(live)))

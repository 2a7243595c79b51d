"""What organizations owe apart from any period, like the fee of a contract: charged by the clock until it is paid."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select

from domain import owed_charges as rules
from domain.actors import Actor
from domain.dunning import NO_METHOD
from domain.payments import Payment, PaymentTrigger
from domain.refusals import invalid
from domain.sales import Sale, SaleStatus
from persistence import payment_methods, sales, subscriptions
from persistence.billing_visibility import visible_to_payer
from persistence.invoices import INVOICES
from persistence.parking import is_parked
from persistence.sale_handlers import SaleHandler
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.tables.sales import sales as sales_table
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

_columns = sales_table.c


def _visible_to(viewer: Actor) -> Condition:
    return and_(_columns.tries.is_not(None), visible_to_payer(sales_table)(viewer))


OWED_CHARGES = Source(Sale, sales_table, _visible_to)

SUBSCRIPTION, INVOICE = One(SUBSCRIPTIONS, "subscription_id"), One(INVOICES, "invoice_id")
LIST = Connection(
    OWED_CHARGES,
    orders={"CREATED_AT": _columns.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: _columns.status.in_(values),
        "organization_id": lambda id_: _columns.organization_id == id_,
        "subscription_id": lambda id_: _columns.subscription_id == id_,
    },
)


async def begin(db: Unit, sale: Sale, subscription_id: UUID) -> None:
    """A new sale is owed from now on, and charged at once."""
    rules.owe(sale, subscription_id, at=db.at)
    await attempt(db, sale)


async def attempt(db: Unit, sale: Sale) -> None:
    """Charges a locked one by the clock."""
    if await sales.live_payment(db, sale.id) is not None:
        rules.wait(sale, at=db.at)
        return
    method = await payment_methods.default_of(db, sale.organization_id, sale.currency)
    if rules.is_hopeless(sale, None if method is None else method.id):
        rules.skip(sale)
        return
    rules.begin_try(sale)
    if await sales.charge(db, sale, trigger=PaymentTrigger.COLLECTION) is None:
        rules.fail(sale, NO_METHOD, None, is_scheduled=True, at=db.at)


async def pay(db: Unit, sale: Sale) -> Payment:
    """Somebody has the default method charged for a locked one; refuses CONFLICT while a payment is under way."""
    sale.check("payOwedCharge", by=db.by)
    payment = await sales.charge(db, sale, trigger=PaymentTrigger.PAYER)
    if payment is None:
        raise invalid(f"There is no default payment method in {sale.currency}: add one first.", "methodId")
    return payment


async def not_paid(db: Unit, sale: Sale, payment: Payment) -> None:
    """A payment has failed or was canceled: it stays owed."""
    is_scheduled = payment.trigger is PaymentTrigger.COLLECTION
    code = payment.failure_code or payment.status.name
    rules.fail(sale, code, payment.method_id, is_scheduled=is_scheduled, at=db.at)


async def seen(db: Unit, sale_id: UUID) -> Sale:
    """A visible one, not locked yet: what it is for has to be locked before it."""
    statement = select(Sale).where(_columns.id == sale_id, OWED_CHARGES.visible_to(db.by))
    return await db.require(statement, "owed charge", "owedChargeId")


async def due(db: Unit) -> Sequence[UUID]:
    """Those whose next try has come, oldest first. Those of a parked organization wait."""
    statement = select(_columns.id).where(_columns.next_try_at <= db.at, ~is_parked(_columns.organization_id))
    return (await db.session.scalars(statement.order_by(_columns.next_try_at).limit(100))).all()


def is_due(sale: Sale, at: datetime) -> bool:
    """Whether a locked one still waits for its try: somebody may have paid it meanwhile."""
    return sale.status is SaleStatus.PENDING and sale.next_try_at is not None and sale.next_try_at <= at


async def _lock(db: Unit, sale: Sale) -> None:
    """Of what is still owed for a subscription that has ended: that comes first."""
    await subscriptions.locked(db, sale.subject_id)


async def _paid(db: Unit, sale: Sale, payment: Payment | None) -> None:
    """It is for what was used before."""
    await sales.deliver(db, sale, sale.net_minor)


async def _nothing_to_take(db: Unit, sale: Sale) -> None:
    """What it is for is over: a dispute takes nothing away, and a won one brings nothing back."""


async def _charged_back(db: Unit, sale: Sale, gross_minor: int) -> int:
    return sale.undelivered_minor


ENDING = SaleHandler(
    lock=_lock,
    paid=_paid,
    not_paid=not_paid,
    disputed=_nothing_to_take,
    dispute_won=_nothing_to_take,
    charged_back=_charged_back,
)

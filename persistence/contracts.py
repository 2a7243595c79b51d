"""Queries of contracts: who sees them, the one that binds a subscription, and what the end of its term leads to."""

from uuid import UUID

from sqlalchemy import select

from domain.billing_subscriptions import BillingSubscription
from domain.contracts import Contract, ContractStatus
from domain.permissions import Permission
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.tables.subscription_changes import contracts
from persistence.unit import Unit
from planner.edges import Connection, One, Source, Within

_columns = contracts.c

CONTRACTS = Source(Contract, contracts, Within(SUBSCRIPTIONS, contracts, "subscription_id"))
SUBSCRIPTION, FOLLOWS = One(SUBSCRIPTIONS, "subscription_id"), One(CONTRACTS, "follows_id")
ACTIVE = One(CONTRACTS, "id", column="subscription_id", where=lambda: _columns.status == ContractStatus.ACTIVE)

_ORDERS = {"CREATED_AT": _columns.created_at, "ENDS_AT": _columns.ends_at}
_NEWEST_FIRST = (("CREATED_AT", True),)
LIST = Connection(
    CONTRACTS,
    orders=_ORDERS,
    default_order=_NEWEST_FIRST,
    filters={
        "status": lambda values: _columns.status.in_(values),
        "organization_id": lambda id_: _columns.organization_id == id_,
        "subscription_id": lambda id_: _columns.subscription_id == id_,
    },
)


async def seen(db: Unit, contract_id: UUID) -> Contract:
    """A visible contract, not locked yet: its subscription has to be locked before it."""
    statement = select(Contract).where(_columns.id == contract_id, CONTRACTS.visible_to(db.by))
    return await db.require(statement, "contract", "contractId")


async def locked(db: Unit, contract_id: UUID) -> Contract:
    """A contract as it is now; its subscription is locked."""
    statement = select(Contract).where(_columns.id == contract_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def active_of(db: Unit, subscription_id: UUID, *, locked: bool = False) -> Contract | None:
    """The contract that binds a subscription: whoever changes one has locked that, and then locks it as well."""
    is_active = _columns.status == ContractStatus.ACTIVE
    statement = select(Contract).where(_columns.subscription_id == subscription_id, is_active)
    return await db.session.scalar(statement.with_for_update() if locked else statement)


async def require_unbound(db: Unit, subscription: BillingSubscription) -> None:
    """Refuses WRONG_STATE to a customer who would leave a locked subscription inside the term of its contract."""
    if db.by.may(Permission.STAFF_MONEY):
        return
    contract = await active_of(db, subscription.id)
    refused = contract and contract.refuses_cancellation(db.at)
    if refused:
        raise refused


async def is_leaving(db: Unit, subscription: BillingSubscription) -> bool:
    """Whether notice was given for the end of a term that ends with the period that is over."""
    contract = await active_of(db, subscription.id)
    period_end = subscription.current_period_end
    if contract is None or contract.notice_given_at is None or contract.ends_at is None or period_end is None:
        return False
    return contract.ends_at <= period_end


async def end_with(db: Unit, subscription: BillingSubscription) -> None:
    """The subscription has ended: nothing is bound any more."""
    contract = await active_of(db, subscription.id, locked=True)
    if contract is not None:
        contract.end(at=db.at)

"""Contracts of subscriptions: drawing them up, signing, giving notice, and ending them early."""

from uuid import UUID

from domain import contracts as rules
from domain.billing_subscriptions import BillingSubscription, ManagedBy, SubscriptionStatus
from domain.contracts import Contract, ContractTerms
from domain.refusals import conflict, wrong_state
from persistence import contract_ends, contracts, subscription_periods, subscriptions
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, SUBSCRIPTION, FOLLOWS, ACTIVE = contracts.LIST, contracts.SUBSCRIPTION, contracts.FOLLOWS, contracts.ACTIVE


async def create_contract(db: Unit, *, subscription_id: UUID, terms: ContractTerms) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    _require_runs(subscription)
    contract = rules.draw_up(
        terms,
        subscription_id=subscription.id,
        organization_id=subscription.organization_id,
        period_months=subscription.interval_months,
        by=db.by,
        at=db.at,
    )
    db.add(contract)
    return Changed(contract=contract)


async def activate_contract(db: Unit, *, contract_id: UUID) -> Changed:
    contract, subscription = await _locked(db, contract_id)
    contract.check("activateContract", by=db.by)
    _require_runs(subscription)
    if await contracts.active_of(db, subscription.id) is not None:
        raise conflict("Another contract binds this subscription.")
    contract.activate(rules.term_of(contract, subscription), by=db.by, at=db.at)
    return Changed(contract=contract)


async def give_contract_notice(db: Unit, *, contract_id: UUID) -> Changed:
    contract, subscription = await _locked(db, contract_id)
    contract.give_notice(by=db.by, at=db.at)
    return Changed(contract=contract, subscription=subscription)


async def withdraw_contract_notice(db: Unit, *, contract_id: UUID) -> Changed:
    contract, subscription = await _locked(db, contract_id)
    contract.withdraw_notice(by=db.by, at=db.at)
    return Changed(contract=contract, subscription=subscription)


async def terminate_contract(db: Unit, *, contract_id: UUID, reason: str) -> Changed:
    contract, subscription = await _locked(db, contract_id)
    await contract_ends.terminate(db, contract, subscription, reason)
    return Changed(contract=contract, subscription=subscription)


async def _locked(db: Unit, contract_id: UUID) -> tuple[Contract, BillingSubscription]:
    seen = await contracts.seen(db, contract_id)
    subscription = await subscriptions.locked(db, seen.subscription_id)
    # With the contract its subscription may end, and periods are locked before contracts.
    await subscription_periods.current_of(db, subscription.id, locked=True)
    return await contracts.locked(db, contract_id), subscription


def _require_runs(subscription: BillingSubscription) -> None:
    """A contract binds what runs and is billed here."""
    if subscription.managed_by is ManagedBy.PROVIDER:
        message = "A contract binds what Milepost bills itself: the provider manages this subscription."
        raise wrong_state(message, from_state=ManagedBy.PROVIDER.name, allowed=[ManagedBy.MILEPOST.name])
    if subscription.status is not SubscriptionStatus.ACTIVE or subscription.cancel_at_period_end:
        message = "A contract binds a subscription that is ACTIVE and does not end with its period."
        raise wrong_state(message, from_state=subscription.status.name, allowed=[SubscriptionStatus.ACTIVE.name])

"""Payment methods: adding them, choosing the default, detaching them."""

from typing import Any
from uuid import UUID

from domain import payment_methods as rules
from domain.checks import Checks
from domain.payment_methods import MethodDetails, Provider
from integrations.payments import Adding
from persistence import payment_methods as methods
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.providers import answered, reach

ORGANIZATION, LIST = methods.ORGANIZATION, methods.LIST


async def look_up_token(
    context: Context, *, provider: Provider, token: str, currency: str, **rest: Any
) -> dict[str, Any]:
    """Before the transaction: what the provider knows of the token. Refuses INVALID one that can never be charged."""
    checks = Checks()
    checks.currency("currency", currency)
    checks.refuse()
    organization_id = context.viewer.require_organization()
    adding = Adding(
        organization_id=organization_id,
        token=token,
        customer=await methods.customer_at(context.platform.database, organization_id, provider),
        currency=currency,
        at=context.platform.now(),
    )
    details = answered(provider, await (await reach(context, provider)).method_details(adding))
    return {"provider": provider, "currency": currency, "details": details, **rest}


async def add_payment_method(
    db: Unit, *, provider: Provider, currency: str, details: MethodDetails, make_default: bool
) -> Changed:
    organization_id = db.by.require_organization()
    others = await methods.for_choice(db, organization_id, currency)
    method = rules.added(
        organization_id=organization_id,
        provider=provider,
        details=details,
        currency=currency,
        by=db.by,
        at=db.at,
    )
    if make_default or not any(one.is_default for one in others):
        await methods.step_back(db, others)
        method.make_default(by=db.by)
    db.add(method)
    return Changed(method=method)


async def set_default_method(db: Unit, *, method_id: UUID) -> Changed:
    method, others = await methods.for_default(db, method_id)
    await methods.step_back(db, others)
    method.make_default(by=db.by)
    return Changed(method=method)


async def detach_method(db: Unit, *, method_id: UUID) -> Changed:
    method = await methods.for_change(db, method_id)
    method.detach(is_in_use=await methods.is_in_use(db, method.id), by=db.by, at=db.at)
    return Changed(method=method)

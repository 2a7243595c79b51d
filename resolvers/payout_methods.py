"""Payout methods: adding them, choosing the default, detaching them."""

from typing import Any
from uuid import UUID

from domain import payout_methods as rules
from domain.checks import Checks
from domain.payment_methods import Provider
from domain.payout_methods import PayeeDetails
from domain.refusals import invalid
from integrations.payments import Adding, Onboarded, Onboarding
from persistence import organizations, payee_accounts
from persistence import payout_methods as methods
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.providers import answered, reach
from resolvers.return_urls import NOT_HOME, is_allowed

ORGANIZATION, LIST = methods.ORGANIZATION, methods.LIST


async def look_up_payee(
    context: Context, *, provider: Provider, token: str, currency: str, **rest: Any
) -> dict[str, Any]:
    """Before the transaction: what the provider knows of the token. Refuses INVALID one that can never be paid."""
    checks = Checks()
    checks.currency("currency", currency)
    checks.refuse()
    organization_id, database = context.viewer.require_organization(), context.platform.database
    if await payee_accounts.is_of_others(database, organization_id, provider, token):
        raise invalid("The provider does not know this token.", "token")
    adding = Adding(
        organization_id=organization_id,
        token=token,
        customer=None,
        currency=currency,
        at=context.platform.now(),
    )
    details = answered(provider, await (await reach(context, provider)).payee_details(adding))
    return {"provider": provider, "currency": currency, "details": details, **rest}


async def begin_onboarding(context: Context, *, provider: Provider, return_url: str) -> dict[str, Any]:
    """Before the transaction: where the organization tells the provider who it is."""
    platform, viewer = context.platform, context.viewer
    organization_id = viewer.require_organization()
    if not is_allowed(return_url, platform):
        raise invalid(NOT_HOME, "returnUrl")
    organization = await organizations.of_viewer(platform.database, organization_id)
    if organization.country is None:
        raise invalid("Say first in which country your organization is: updateOrganization.", "provider")
    onboarding = Onboarding(
        organization_id=organization_id,
        name=organization.legal_name or organization.name,
        account=await payee_accounts.account_of(platform.database, organization_id, provider),
        country=organization.country,
        return_url=return_url,
        at=platform.now(),
    )
    onboarded = answered(provider, await (await reach(context, provider)).onboard(onboarding))
    return {"provider": provider, "onboarded": onboarded}


async def start_payout_onboarding(db: Unit, *, provider: Provider, onboarded: Onboarded) -> Changed:
    await payee_accounts.keep(db, db.by.require_organization(), provider, onboarded.account)
    return Changed(url=onboarded.url, account=onboarded.account)


async def look_up_verification(context: Context, *, method_id: UUID) -> dict[str, Any]:
    """Before the transaction: whether the provider has verified by now whose a method is."""
    method = await methods.own(context.platform.database, context.viewer, method_id)
    adding = Adding(
        organization_id=method.organization_id,
        token=method.token,
        customer=None,
        currency=method.currency,
        at=context.platform.now(),
    )
    details = answered(method.provider, await (await reach(context, method.provider)).payee_details(adding))
    return {"method_id": method_id, "is_verified": details.is_verified}


async def refresh_payout_method(db: Unit, *, method_id: UUID, is_verified: bool) -> Changed:
    method = await methods.for_change(db, method_id)
    method.check("refreshPayoutMethod", by=db.by)
    method.follow_verification(is_verified=is_verified, at=db.at)
    return Changed(method=method)


async def add_payout_method(
    db: Unit, *, provider: Provider, currency: str, details: PayeeDetails, make_default: bool
) -> Changed:
    organization_id = db.by.require_organization()
    others = await methods.for_choice(db, organization_id, currency)
    method = rules.added(
        organization_id=organization_id,
        provider=provider,
        details=details,
        currency=currency,
        replaces=await methods.has_any(db, organization_id),
        by=db.by,
        at=db.at,
    )
    if make_default or not any(one.is_default for one in others):
        await methods.step_back(db, others)
        method.make_default(by=db.by)
    db.add(method)
    return Changed(method=method)


async def set_default_payout_method(db: Unit, *, method_id: UUID) -> Changed:
    method = await methods.for_change(db, method_id)
    others = await methods.for_choice(db, method.organization_id, method.currency)
    method.check("setDefaultPayoutMethod", by=db.by)
    await methods.step_back(db, [one for one in others if one is not method])
    method.make_default(by=db.by)
    return Changed(method=method)


async def detach_payout_method(db: Unit, *, method_id: UUID) -> Changed:
    method = await methods.for_change(db, method_id)
    method.detach(is_in_use=await methods.is_in_use(db, method.id), by=db.by, at=db.at)
    return Changed(method=method)

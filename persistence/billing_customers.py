"""By which names providers know the organizations that they bill."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.billing_customers import OWN_ACCOUNT, BillingCustomer
from domain.ids import new_id
from domain.payment_methods import Provider
from persistence.tables.mirrored import billing_customers
from persistence.tables.money import payment_methods
from persistence.unit import Unit

_columns = billing_customers.c


async def remember(db: Unit, organization_id: UUID, provider: Provider, external_id: str, currency: str) -> None:
    """The provider was paid by an organization under this name: the first time fixes the currency."""
    row = {
        "id": new_id(),
        "organization_id": organization_id,
        "provider": provider,
        "account": OWN_ACCOUNT,
        "external_id": external_id,
        "currency": currency,
        "created_at": db.at,
    }
    await db.session.execute(insert(billing_customers).values(**row).on_conflict_do_nothing())


async def of_organization(db: Unit, organization_id: UUID, provider: Provider) -> BillingCustomer | None:
    named = (_columns.organization_id == organization_id, _columns.provider == provider)
    return await db.session.scalar(select(BillingCustomer).where(*named, _columns.account == OWN_ACCOUNT))


async def organization_named(db: Unit, provider: Provider, external_id: str) -> UUID | None:
    """Whom the provider calls so: it was charged for a subscription, or has a payment method there."""
    billed = (_columns.provider == provider, _columns.account == OWN_ACCOUNT, _columns.external_id == external_id)
    found: UUID | None = await db.session.scalar(select(_columns.organization_id).where(*billed))
    if found is not None:
        return found
    methods = payment_methods.c
    keeps = select(methods.organization_id).where(methods.provider == provider, methods.customer == external_id)
    return await db.session.scalar(keeps.order_by(methods.id.desc()).limit(1))

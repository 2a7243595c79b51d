"""Billing customers: by which name a provider knows an organization that it has charged for a subscription."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.payment_methods import Provider

OWN_ACCOUNT = ""
"""The platform's own account at a provider; others would be connected to it."""


@dataclass(eq=False, kw_only=True)
class BillingCustomer:
    """Made by the first paid charge, which fixes the currency; it never changes."""

    id: UUID
    organization_id: UUID
    provider: Provider
    account: str
    external_id: str
    currency: str
    created_at: datetime

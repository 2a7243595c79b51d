"""What a provider is asked to do. A `key` is always ours: the same key never moves money twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Take this amount from this method or, `is_manual`, only reserve it until it is captured."""

    key: UUID
    amount: Money
    method_token: str | None
    """None: the payer chooses what to pay with on a page of the provider's."""
    customer: str | None = None
    """The provider's own name for the payer, where it has such."""
    payer_id: UUID | None = None
    """Who pays, for providers that call payers by our names; None where it does not matter."""
    is_manual: bool = False
    return_url: str
    """Where the payer's browser comes back to after it was sent to the provider."""
    description: str
    """What it is for, in a few words and without names of people."""
    is_off_session: bool
    """An automatic charge: nobody is there who could prove anything."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Capturing:
    """Take this much of what was reserved under the charge's key; the rest is released."""

    key: UUID
    charge_id: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiding:
    """Take nothing under the charge's key, now or later."""

    key: UUID
    charge_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunding:
    """Give this amount of a charge back to where it came from."""

    key: UUID
    charge_id: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayingOut:
    """Pay this amount out to this method."""

    key: UUID
    amount: Money
    method_token: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What has become of what was asked for with this key; the provider's own id helps where it is known."""

    key: UUID
    provider_id: str | None
    sent_at: datetime | None = None
    """When it was asked for, where that is known: one that finds it late can tell by this how late is too late."""
    charge_id: str | None = None
    """Of a refund: the charge that it gives back from. Some providers know refunds by their charges only."""
    at: datetime
    told_as: str | None = None
    """The id in a message of the provider's that led to the question: it helps where no id was known before."""
    returned: Mapping[str, str] = field(default_factory=dict)
    """What the payer's browser has just brought back in its address: some providers go on only once they have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """A method, or a payee, that an organization wants to be kept."""

    organization_id: UUID
    token: str
    customer: str | None
    """The provider's name for the organization, where it has given one before."""
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """An organization that wants to be paid out to; `account` is the provider's name for it, once it has one."""

    organization_id: UUID
    name: str
    """What the organization is called; companies demand it before they ask the payee for the rest."""
    account: str | None
    country: str
    return_url: str
    at: datetime

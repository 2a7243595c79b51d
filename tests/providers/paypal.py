"""The stand-in for PayPal on a real socket, and an adapter that leads there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.types import Receive, Scope, Send

from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import Provider
from integrations.opened import Opened
from integrations.payments import Adding, Asked, Capturing, Charge, PayingOut, Refunding, Voiding
from integrations.paypal_payments import PayPal
from integrations.provider_events import Told
from standins.courier import Message
from standins.paypal.server import PayPalStandIn

RETURN = "https://client.example/back"


def now() -> datetime:
    return datetime.now(UTC)


def opened(standin: PayPalStandIn, **changed: str) -> Opened:
    """As an account of a sandbox is opened."""
    credentials = standin.credentials | changed
    secrets = (credentials.pop("webhookId"),)
    return Opened(
        provider=Provider.PAYPAL, is_live=False, credentials=credentials, webhook_secrets=secrets, database_url=""
    )


class Stage:
    """One socket for many tests: each puts a stand-in of its own behind it."""

    def __init__(self) -> None:
        self.url, self._app = "", PayPalStandIn().app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def paypal(self, **options: Any) -> AsyncIterator[tuple[PayPal, PayPalStandIn]]:
        """An adapter and a new stand-in."""
        standin = PayPalStandIn(**options)
        standin.account.address, self._app = self.url, standin.app
        adapter = PayPal(opened(standin))
        try:
            yield adapter, standin
        finally:
            await adapter.close()


def charge(
    token: str | None = "wallet-taken",
    amount: Money | None = None,
    *,
    key: UUID | None = None,
    is_manual: bool = False,
    is_off_session: bool = False,
) -> Charge:
    return Charge(
        key=key or new_id(),
        amount=amount or Money(10_000, "EUR"),
        method_token=token,
        is_manual=is_manual,
        return_url=RETURN,
        description="Invoice ACME-2026-0007",
        is_off_session=is_off_session,
        at=now(),
    )


def asked(key: UUID, provider_id: str | None = None, *, sent_at: datetime | None = None, **more: str) -> Asked:
    return Asked(key=key, provider_id=provider_id, sent_at=sent_at, at=now(), **more)


def capturing(of: Charge, charge_id: str, amount: Money | None = None) -> Capturing:
    return Capturing(key=of.key, charge_id=charge_id, amount=amount or of.amount, at=now())


def voiding(key: UUID, charge_id: str | None) -> Voiding:
    return Voiding(key=key, charge_id=charge_id, at=now())


def refunding(charge_id: str, minor: int, *, key: UUID | None = None, currency: str = "EUR") -> Refunding:
    return Refunding(key=key or new_id(), charge_id=charge_id, amount=Money(minor, currency), at=now())


def paying(receiver: str, amount: Money | None = None, *, key: UUID | None = None) -> PayingOut:
    return PayingOut(key=key or new_id(), amount=amount or Money(5_000, "EUR"), method_token=receiver, at=now())


def adding(token: str) -> Adding:
    return Adding(organization_id=new_id(), token=token, customer=None, currency="EUR", at=now())


def waiting(standin: PayPalStandIn) -> list[bytes]:
    """What PayPal wants to tell, in order."""
    return [parcel.message.body for parcel in standin.courier.waiting]


def headers_of(standin: PayPalStandIn, body: bytes, at: datetime | None = None) -> dict[str, str]:
    sealed = standin.seal(Message(id="", body=body), at or now())
    return {name.lower(): value for name, value in sealed.items()}


async def told(pair: tuple[PayPal, PayPalStandIn], body: bytes, **changed: str) -> Told:
    adapter, standin = pair
    headers = headers_of(standin, body) | changed
    await adapter.prepare_told(headers)
    [one] = adapter.told(headers, body, now())
    return one


def event(**changed: object) -> bytes:
    """A message as PayPal writes it, of a type that nothing follows from."""
    whole = {
        "id": "WH-1",
        "event_type": "BILLING.PLAN.CREATED",
        "create_time": "2026-03-02T12:00:00.123Z",
        "resource": {"id": "P-1"},
    }
    return json.dumps(whole | changed).encode()

"""The stand-in for Adyen on a real socket, an adapter that leads there, and an inbox that its webhooks come to."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.inbound_webhooks import received
from domain.money import Money
from domain.payment_methods import Provider
from integrations.adyen_payments import Adyen
from integrations.opened import Opened
from integrations.payments import Asked, Charge, Refunding, Voiding
from persistence import inbound_webhooks
from persistence.database import Database
from persistence.unit import transact
from standins.adyen.app import app
from standins.adyen.world import Card
from standins.adyen.world import World as Standin
from standins.courier import Plan, real_time
from standins.faults import Faults, Faulty
from standins.serving import serving

RETURN = "https://client.example/back?payment=7"


@dataclass(frozen=True, slots=True)
class Scene:
    """An adapter, the company behind it, and what goes wrong on the way there."""

    adyen: Adyen
    standin: Standin
    faults: Faults

    async def tell(self) -> None:
        """All webhooks that are on their way arrive."""
        await self.standin.notices.courier.flush()


def now() -> datetime:
    return datetime.now(UTC)


def opened(standin: Standin, database_url: str, **changed: str) -> Opened:
    """As an account of a sandbox is opened."""
    credentials = {
        "apiKey": standin.api_key,
        "merchantAccount": standin.merchant,
        "balanceAccount": standin.balance_account,
        "address": standin.address,
    }
    return Opened(
        provider=Provider.ADYEN,
        is_live=False,
        credentials=credentials | changed,
        webhook_secrets=(standin.notices.key,),
        database_url=database_url,
    )


@asynccontextmanager
async def adyen_with(
    database: Database, plan: Plan | None = None, clock: Callable[[], datetime] = real_time
) -> AsyncIterator[Scene]:
    """With an inbox that keeps what is proved to be Adyen's, as the server's own does."""
    faults = Faults()
    adapters: list[Adyen] = []

    async def take(request: Request) -> PlainTextResponse:
        body, at = await request.body(), now()
        told = adapters[0].told(request.headers, body, at)
        rows = [received(Provider.ADYEN, asdict(one), at=at) for one in told]
        await transact(database, lambda db: inbound_webhooks.enter(db, rows, body), by=SYSTEM, at=at)
        return PlainTextResponse("[accepted]", 202)

    async with serving(Starlette(routes=[Route("/", take, methods=["POST"])])) as inbox:
        standin = Standin(webhook=inbox, plan=plan, clock=clock)
        async with serving(Faulty(app(standin), faults)) as url:
            standin.address = url
            adapters.append(Adyen(opened(standin, database.url)))
            yield Scene(adapters[0], standin, faults)


def charge(
    card: Card | None = Card.OK,
    amount: Money | None = None,
    *,
    key: UUID | None = None,
    is_manual: bool = False,
    is_off_session: bool = False,
) -> Charge:
    return Charge(
        key=key or new_id(),
        amount=amount or Money(10_000, "EUR"),
        method_token=None if card is None else card.value,
        customer="8a3c",
        is_manual=is_manual,
        return_url=RETURN,
        description="Invoice ACME-2026-0007",
        is_off_session=is_off_session,
        at=now(),
    )


def asked(
    key: UUID,
    provider_id: str | None = None,
    returned: Mapping[str, str] | None = None,
    *,
    sent_at: datetime | None = None,
    at: datetime | None = None,
) -> Asked:
    return Asked(key=key, provider_id=provider_id, sent_at=sent_at, at=at or now(), returned=returned or {})


def voiding(key: UUID, charge_id: str | None) -> Voiding:
    return Voiding(key=key, charge_id=charge_id, at=now())


def refunding(charge_id: str, minor: int, *, key: UUID | None = None) -> Refunding:
    return Refunding(key=key or new_id(), charge_id=charge_id, amount=Money(minor, "EUR"), at=now())


async def press(url: str, **fields: str) -> httpx2.Response:
    """What a payer's browser sends from a page; where it leads to next is not followed."""
    async with httpx2.AsyncClient() as http:
        return await http.post(url, data=fields)

"""Messages of a provider, signed as one would sign them, and a stand-in that tells what is in them."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import insert, select

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.inbound_webhooks import InboundWebhook, SubjectKind, received
from domain.payment_methods import Provider
from domain.provider_accounts import Access, ProviderAccountStatus, ProviderMode
from integrations import providers
from integrations.opened import Opened, open_account
from integrations.provider_events import NotGenuine, Told, Unreadable
from integrations.simulator import Simulator
from integrations.vault import vault_in_use
from jobs.inbound_webhooks import Outcome, receive
from persistence import inbound_webhooks
from persistence.tables.providers import provider_accounts
from persistence.unit import unit_of_work
from tests.makers.providers import Stand
from tests.world import World

TOLERANCE = timedelta(seconds=300)


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a provider tells, with all that a test does not care about filled in."""

    kind: SubjectKind = SubjectKind.CHARGE
    key: UUID | None = None
    provider_id: str | None = None
    odd_key: str | None = None
    type: str = "charge.succeeded"
    account: str = ""
    external_id: str = field(default_factory=lambda: f"evt_{new_id().hex}")
    occurred_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Talker(Stand):
    """Does what the simulator does, and reads messages that are signed with any of its secrets."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(Simulator(opened))
        self._secrets = opened.webhook_secrets

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        at = headers.get("x-at", "")
        signatures = [signature(secret, at, body) for secret in self._secrets]
        if not any(hmac.compare_digest(one, headers.get("x-signature", "")) for one in signatures):
            raise NotGenuine
        if abs(real - datetime.fromisoformat(at)) > TOLERANCE:
            raise NotGenuine
        try:
            return [_told(one) for one in json.loads(body)["messages"]]
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable from error


def listen(monkeypatch: pytest.MonkeyPatch, provider: Provider = Provider.SIMULATOR) -> None:
    """From now on messages of that provider are read by the stand-in."""
    monkeypatch.setitem(providers.ADAPTERS, provider, Talker)


def signature(secret: str, at: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), at.encode() + body, "sha256").hex()


def body_of(*messages: Message, **more: Any) -> bytes:
    return json.dumps({"messages": [asdict(one) for one in messages], **more}, default=_text).encode()


def headers_for(body: bytes, *, secret: str | None = None, at: datetime | None = None) -> dict[str, str]:
    when = (at or datetime.now(UTC)).isoformat()
    return {"x-at": when, "x-signature": signature(secret or secret_of_simulator(), when, body)}


def secret_of_simulator() -> str:
    access = Access(provider=Provider.SIMULATOR, mode=ProviderMode.SANDBOX)
    return open_account(access, "").webhook_secrets[0]


async def tell(world: World, *messages: Message, **more: Any) -> httpx2.Response:
    """Posts them as the simulator would."""
    body = body_of(*messages, **more)
    return await world.client.http.post("/webhooks/simulator", content=body, headers=headers_for(body))


async def told(world: World, *messages: Message) -> None:
    """The simulator has told them, whatever stands in its place otherwise."""
    body = body_of(*messages)
    with pytest.MonkeyPatch.context() as during:
        listen(during)
        received = await receive(world.database, Provider.SIMULATOR, headers_for(body), body, datetime.now(UTC))
    assert received.outcome is Outcome.ACCEPTED


async def webhooks(world: World) -> list[InboundWebhook]:
    """All that are kept, in the order in which they came."""
    async with world.database.reader() as session:
        return list(await session.scalars(select(InboundWebhook).order_by("id")))


async def make_account(world: World, provider: Provider, *secrets: str, until: datetime | None = None) -> None:
    """An account with that secret for webhooks, and an older one that is good until then."""
    id_, at, mode = new_id(), world.clock.now(), ProviderMode.SANDBOX
    owner, vault = Access(provider=provider, mode=mode, account_id=id_).owner, vault_in_use()
    newer, older, *_ = (*(vault.seal(one.encode(), owner) for one in secrets), None, None)
    row = insert(provider_accounts).values(
        id=id_,
        provider=provider,
        mode=mode,
        sealed=vault.seal(b"{}", owner),
        credential_names=[],
        credentials_set_at=at,
        webhook_sealed=newer,
        webhook_set_at=None if newer is None else at,
        old_webhook_sealed=older,
        old_webhook_until=until,
        status=ProviderAccountStatus.ACTIVE,
        version=1,
        created_at=at,
        updated_at=at,
    )
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await db.session.execute(row)


async def make_parked_webhook(world: World) -> UUID:
    """A charge that nobody here knows, with an exception that nobody looks at yet."""
    at = world.clock.now()
    message = Message(provider_id=f"ch_{new_id().hex}", external_id=f"evt_{new_id().hex}")
    webhook = received(Provider.SIMULATOR, asdict(message), at=at)
    webhook.lease(at=at)
    webhook.refuse("Nobody here knows this charge.", at=at)
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        db.add(webhook)
        await db.flush()
        await inbound_webhooks.ask_people(db, webhook)
    return webhook.id


def _told(one: dict[str, Any]) -> Told:
    key = one.pop("key")
    return Told(
        **one
        | {
            "kind": SubjectKind(one["kind"]),
            "key": None if key is None else UUID(key),
            "occurred_at": datetime.fromisoformat(one["occurred_at"]),
        }
    )


def _text(value: Any) -> str:
    return str(value.value if isinstance(value, SubjectKind) else value)

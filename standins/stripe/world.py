"""What a stand-in for Stripe knows: its objects in memory, money per account, keys, and what is still to happen."""

import asyncio
import copy
import hashlib
import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from standins.courier import Courier, Message, Plan, real_time
from standins.stripe import description
from standins.stripe.contract import Contract
from standins.stripe.errors import missing
from standins.stripe.idempotency import Keys

Thing = dict[str, Any]
"""An object of Stripe's, as it is answered."""

PLATFORM = ""
"""The account that the API key belongs to; the others are connected to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: in whose account, where to, what was sent, typed, and the key it may be repeated with."""

    account: str
    fields: Mapping[str, Any]
    path: str = "/v1"
    key: str | None = None


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header Stripe-Signature for a body that leaves at this instant."""
    timestamp = int(at.timestamp())
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={signed}"


class World:
    """One stand-in's memory. `address` is the URL under which it serves its pages, once it is known."""

    def __init__(
        self,
        contract: Contract,
        *,
        webhook: str | None = None,
        secret: str = "whsec_stand_in",
        plan: Plan | None = None,
        clock: Callable[[], datetime] = real_time,
    ) -> None:
        self.contract, self.clock, self.secret, self.address = contract, clock, secret, ""
        self.keys = Keys()
        self.courier = Courier(webhook, self._seal, plan=plan, clock=clock)
        self.ahead = timedelta(0)
        """How far the stand-in's time has been moved ahead of its clock, for periods that last for months."""
        self.search_lag = timedelta(0)
        """How long it takes until a new object is found by searching."""
        self.effects: Counter[str] = Counter()
        """How often something was done, whoever was told: `charge.succeeded`, `refund.created` …"""
        self.pages: dict[str, Thing] = {}
        """What the pages for people need to know and the API does not tell."""
        self.gate: asyncio.Event | None = None
        """While there is one, requests with a key wait for it before they have their effect."""
        self._things: dict[str, dict[str, Thing]] = defaultdict(dict)
        self._owners: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        self._later: list[Callable[[], None]] = []

    @property
    def now(self) -> int:
        return int((self.clock() + self.ahead).timestamp())

    def new_id(self, prefix: str) -> str:
        self._numbers[prefix] += 1
        return f"{prefix}_{self._numbers[prefix]:06d}"

    def add(self, name: str, prefix: str, account: str = PLATFORM, /, **fields: Any) -> Thing:
        """A new object. Its id is the next of its kind."""
        own = {"id": self.new_id(prefix), "object": name, "created": self.now, "livemode": False}
        thing = description.filled(name, **{key: own[key] for key in own if description.has_field(name, key)}, **fields)
        self._things[name][thing["id"]] = thing
        self._owners[thing["id"]] = account
        return thing

    def get(self, name: str, thing_id: str, account: str = PLATFORM) -> Thing:
        thing = self._things[name].get(thing_id)
        if thing is None or self._owners[thing_id] != account:
            raise missing(name, thing_id)
        return thing

    def owner_of(self, thing: Thing) -> str:
        """The account that an object belongs to."""
        return self._owners[thing["id"]]

    def any_thing(self, thing_id: str) -> Thing | None:
        """An object by its id alone, whatever it is."""
        return next((things[thing_id] for things in self._things.values() if thing_id in things), None)

    def all(self, name: str, account: str = PLATFORM) -> list[Thing]:
        """The newest first."""
        return [one for one in reversed(self._things[name].values()) if self._owners[one["id"]] == account]

    def tell(self, event_type: str, thing: Thing, account: str = PLATFORM) -> None:
        """Keeps an event with the object as it is now, and has the courier bring it."""
        self.effects[event_type] += 1
        of_account = {} if account == PLATFORM else {"account": account}
        event = self.add(
            "event",
            "evt",
            api_version=description.version(),
            data={"object": copy.deepcopy(thing)},
            pending_webhooks=1,
            type=event_type,
            **of_account,
        )
        self.contract.check_event(event)
        self.courier.post(Message(id=event["id"], body=json.dumps(event).encode()))

    def later(self, happens: Callable[[], None]) -> None:
        """Something that takes days at Stripe."""
        self._later.append(happens)

    def settle(self) -> None:
        """Days pass: payouts arrive or come back, refunds end, banks decide. What follows from that waits again."""
        happening, self._later = self._later, []
        for happens in happening:
            happens()

    def _seal(self, message: Message, at: datetime) -> Mapping[str, str]:
        return {"Stripe-Signature": signature(self.secret, message.body, at)}

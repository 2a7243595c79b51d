"""Everybody who talks to a server that is going to be killed, and all that they were told before."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from server.seed import PASSWORD, STAFF_EMAIL
from tests.server.chains import ADA, NORA, Chain, Chains, Step, Told
from tests.server.serving import Server

AT_ONCE = 200
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }"


class Unanswered(Exception):
    """Whether the mutation was carried out is not known."""


@dataclass(slots=True)
class Load:
    """200 chains at once; a chain that comes to its end is followed by a new one."""

    tokens: dict[str, str]
    chains: Chains
    slots: list[Chain]
    told: list[Told] = field(default_factory=list)
    repeated: int = 0
    """How many of them have been sent once more since."""
    is_over: bool = False

    async def work(self, url: str, *, mutations: int, chains: int = AT_ONCE) -> None:
        """Goes on until so many more mutations are acknowledged, and waits for those under way."""
        await self._work(url, len(self.told) + mutations, chains, lambda: None)

    async def work_until(self, url: str, *, mutations: int, kill: Callable[[], None]) -> None:
        """Kills the server as soon as so many more are acknowledged, with 200 others under way."""
        await self._work(url, len(self.told) + mutations, AT_ONCE, kill)

    async def _work(self, url: str, enough: int, chains: int, end: Callable[[], None]) -> None:
        self.is_over = False

        async def drive(http: httpx2.AsyncClient, slot: int) -> None:
            while not self.is_over:
                try:
                    await self._step(http, self._chain(slot))
                except Unanswered:
                    return
                if len(self.told) >= enough and not self.is_over:
                    self.is_over = True
                    end()

        async with client(url) as http, asyncio.TaskGroup() as group:
            for slot in range(chains):
                group.create_task(drive(http, slot))

    def _chain(self, slot: int) -> Chain:
        if self.slots[slot].is_finished:
            self.slots[slot] = self.chains.next()
        return self.slots[slot]

    async def _step(self, http: httpx2.AsyncClient, chain: Chain) -> None:
        result = await self.send(http, chain.step())
        if "code" not in result:
            self.told.append(chain.answered(result))
        elif result["code"] == "WRONG_STATE" and result["from"] in chain.step().reached:
            chain.go_on()
        else:
            # Everything else than a crowd, or a project that the worker has not made active yet, would be a mistake.
            assert result["code"] == "RATE_LIMITED" or result["from"] == "PENDING_ACTIVATION", (chain.step(), result)
            await asyncio.sleep(1)

    async def send(self, http: httpx2.AsyncClient, step: Step) -> dict[str, Any]:
        """The payload or the refusal."""
        headers = {"authorization": f"Bearer {self.tokens[step.by]}"}
        if step.header_key is not None:
            headers["idempotency-key"] = step.header_key
        try:
            answer = await http.post(
                "/graphql", json={"query": step.query, "variables": step.variables}, headers=headers
            )
        except httpx2.TransportError:
            if not self.is_over:
                raise
            raise Unanswered from None
        body = answer.json()
        if body.get("errors"):
            assert self.is_over, body
            raise Unanswered
        result: dict[str, Any] = body["data"]["result"]
        return result


def client(url: str) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    return httpx2.AsyncClient(base_url=url, timeout=60, limits=limits)


async def begin(server: Server) -> Load:
    """Signs the seeded people in and prepares what the chains refer to."""
    tokens = {}
    for email in (NORA, ADA, STAFF_EMAIL):
        signed = await server.post(SIGN_IN, {"input": {"email": email, "password": PASSWORD}})
        tokens[email] = signed["data"]["signIn"]["token"]
    asked = await server.ask(tokens[NORA], "{ viewer { organization { id } } gigCategories { nodes { id } } }")
    method = await server.ask(
        tokens[NORA],
        "mutation($input: AddPaymentMethodInput!) { addPaymentMethod(input: $input) {"
        " ... on AddPaymentMethodPayload { method { id } } } }",
        input={"provider": "SIMULATOR", "token": "sim_timeout_charged", "currency": "EUR"},
    )
    customer = await server.ask(
        tokens[ADA],
        "mutation($input: UpsertCustomerInput!) { upsertCustomer(input: $input) {"
        " ... on UpsertCustomerPayload { customer { id } } } }",
        input={"name": "Northwind", "organizationId": asked["viewer"]["organization"]["id"]},
    )
    chains = Chains(
        customer_id=customer["upsertCustomer"]["customer"]["id"],
        category_id=asked["gigCategories"]["nodes"][0]["id"],
        slow_method_id=method["addPaymentMethod"]["method"]["id"],
    )
    return Load(tokens, chains, [chains.next() for _ in range(AT_ONCE)])

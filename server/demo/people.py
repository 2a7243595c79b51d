"""The people of the demonstration: what one says to the API, over HTTP alone."""

import asyncio
import email
import email.policy
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx2

from server.settings import Settings

_MAIL_SECONDS = 15
_TOKEN = re.compile(r"^([A-Za-z0-9_-]{40,})\r?$", re.MULTILINE)


@dataclass(slots=True)
class Person:
    """Somebody who talks to the API, signed in or (without a token) not yet."""

    name: str
    url: str
    token: str | None = field(default=None, repr=False)

    @classmethod
    async def signed_in(cls, url: str, name: str, address: str, password: str) -> Self:
        signed = await cls(name, url).do("signIn", "token", email=address, password=password)
        return cls(name, url, signed["token"])

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query; ends the demonstration with the fault's message otherwise."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=30) as http:
            body = (await http.post("/graphql", json={"query": query, "variables": variables})).json()
        if body.get("errors"):
            raise SystemExit(f"{self.name}: {body['errors'][0]['message']}")
        data: dict[str, Any] = body["data"]
        return data

    async def do(self, mutation: str, select: str, **input: Any) -> dict[str, Any]:
        """The payload of a mutation; ends the demonstration with the refusal's message otherwise."""
        title = mutation[0].upper() + mutation[1:]
        answer = await self.ask(
            f"mutation($input: {title}Input!) {{ result: {mutation}(input: $input) {{"
            f" ... on {title}Payload {{ {select} }} ... on Refusal {{ code message }} }} }}",
            input=input,
        )
        result: dict[str, Any] = answer["result"]
        if "code" in result:
            raise SystemExit(f"{self.name}: {mutation} was refused: {result['code']} {result['message']}")
        return result

    async def keyed(self, mutation: str, select: str, **input: Any) -> dict[str, Any]:
        """`do` with a fresh idempotency key."""
        return await self.do(mutation, select, idempotencyKey=str(uuid4()), **input)


async def sign_up(url: str, name: str, kind: str, organization: str) -> Person:
    """Signs up with a fresh address and sends back the token that was mailed to it, as a person would."""
    address, password = f"{name.split()[0].lower()}-{secrets.token_hex(3)}@example.com", secrets.token_urlsafe(16)
    person = Person(name, url)
    await person.do(
        "signUp",
        "accepted",
        email=address,
        password=password,
        displayName=name,
        kind=kind,
        organizationName=organization,
    )
    verified = await person.do("verifyEmail", "token", token=await _mailed_token(address))
    person.token = verified["token"]
    print(f"    {name:<14} {kind.lower():<11} {address}", flush=True)
    return person


async def _mailed_token(address: str) -> str:
    """The token in the newest mail to that address; the server leaves mail in a folder by default."""
    folder = Settings.read().mail_folder
    for _ in range(_MAIL_SECONDS * 20):
        if token := await asyncio.to_thread(_find_token, folder, address):
            return token
        await asyncio.sleep(0.05)
    raise SystemExit(f"No mail for {address} in {folder} within {_MAIL_SECONDS} seconds; is a worker running?")


def _find_token(folder: Path, address: str) -> str | None:
    for path in sorted(folder.glob("*.eml"), reverse=True):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        found = _TOKEN.search(body.get_content()) if body is not None else None
        if found and address in str(message["to"]):
            return found[1]
    return None

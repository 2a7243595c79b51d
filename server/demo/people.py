"""The people of the demonstration: what one says to the API, over HTTP alone."""

import asyncio
import email
import email.policy
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx2

from server.settings import Settings

_MAIL_SECONDS = 15


@dataclass(slots=True)
class Person:
    """Somebody signed in. `keyed` is `do` with a fresh idempotency key."""

    name: str
    url: str
    token: str

    @classmethod
    async def signed_in(cls, url: str, name: str, address: str, password: str) -> Self:
        nobody = cls(name, url, "")
        signed = await nobody.do("signIn", "token", email=address, password=password)
        return cls(name, url, signed["token"])

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=30) as http:
            body = (await http.post("/graphql", json={"query": query, "variables": variables})).json()
        if body.get("errors"):
            raise SystemExit(f"{self.name}: {body['errors'][0]['message']}")
        data: dict[str, Any] = body["data"]
        return data

    async def do(self, mutation: str, select: str, **input: Any) -> dict[str, Any]:
        """The payload; ends the demonstration with the refusal's message otherwise."""
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
        return await self.do(mutation, select, idempotencyKey=str(uuid4()), **input)


async def sign_up(url: str, name: str, kind: str) -> Person:
    """Signs up with a fresh address and follows the link in the mail, as a person would."""
    address, password = f"{kind.lower()}-{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(16)
    person = Person(name, url, "")
    await person.do(
        "signUp", "accepted", email=address, password=password, displayName=name, kind=kind, organizationName=name
    )
    await person.do("verifyEmail", "token", token=await _mailed_token(address))
    print(f"    {name} <{address}>", flush=True)
    return await Person.signed_in(url, name, address, password)


async def _mailed_token(address: str) -> str:
    """The token in the newest mail to that address; the server writes mail into a folder by default."""
    folder = Settings.read().mail_folder
    for _ in range(_MAIL_SECONDS * 10):
        for path in await asyncio.to_thread(_newest_first, folder):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            found = re.search(r"token=([A-Za-z0-9_-]{20,})", body.get_content() if body is not None else "")
            if address in str(message["to"]) and found:
                return found[1]
        await asyncio.sleep(0.1)
    raise SystemExit(f"No mail for {address} in {folder} within {_MAIL_SECONDS} seconds; is a worker running?")


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"), reverse=True) if folder.exists() else []

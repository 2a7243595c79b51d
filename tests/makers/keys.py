"""Makers of API keys, and what somebody is told who calls with one."""

from dataclasses import dataclass, replace
from typing import Any

from domain.api_keys import SCOPES
from tests.client import Faulted
from tests.world import Caller, Person

KEY = "id name prefix scopes allowedIps status expiresAt lastUsedAt"


@dataclass(slots=True)
class Program(Caller):
    """Something that calls with a key."""

    token: str
    id: str
    prefix: str


async def make_key(person: Person, *scopes: str, **more: Any) -> Program:
    """A program of that person's organization, with these scopes or, unless said, all that there are."""
    input = {"name": "Bookkeeping", "scopes": list(scopes or SCOPES)} | more
    made = await person.do("createApiKey", f"key {{ {KEY} }} secret", **input)
    return Program(person.world, made["secret"], made["key"]["id"], made["key"]["prefix"])


async def by_key(person: Person) -> Person:
    """The same organization, called for by a program that may do all that a key can."""
    return replace(person, token=(await make_key(person)).token)


async def fault_of(caller: Caller, query: str) -> str | None:
    """The code of the fault; None for an answer."""
    try:
        await caller.ask(query)
    except Faulted as fault:
        return str(fault.errors[0]["extensions"]["code"])
    return None

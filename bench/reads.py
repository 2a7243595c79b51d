"""The three reads: who asks for what, as the requests that go to each server."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

_OPERATIONS = Path(__file__).with_name("operations")
_MOST = 200
"""So many askings of a read go round, each by another person where there are as many."""

# The tokens are those of data/sessions.sql.
_POINT = """
SELECT i.id AS key, 'bench-1-' || split_part(o.name, ' ', 2) AS token
FROM (SELECT *, row_number() OVER (PARTITION BY issuer_id ORDER BY id) AS of_issuer FROM invoices) i
JOIN organizations o ON o.id = i.issuer_id ORDER BY of_issuer, i.id LIMIT $1
"""
_LIST = """
SELECT id AS key, 'bench-0-' || split_part(name, ' ', 2) AS token
FROM organizations WHERE kind = 'CLIENT' ORDER BY id LIMIT $1
"""
_BALANCE = """
SELECT id AS key, 'bench-1-' || split_part(name, ' ', 2) AS token
FROM organizations WHERE kind = 'FREELANCER' ORDER BY id LIMIT $1
"""
_READS = {
    "point": ("an invoice with its lines", _POINT),
    "list": ("50 projects with milestones and tasks", _LIST),
    "balance": ("the wallet of an organization", _BALANCE),
}
NAMES = list(_READS)


@dataclass(frozen=True, slots=True)
class Asking:
    """One person who asks for one object: an invoice, or what an organization has."""

    token: str
    key: UUID


@dataclass(frozen=True, slots=True)
class Read:
    """A question that is asked in turns for many objects, so that no answer is always the same one."""

    name: str
    title: str
    askings: Sequence[Asking]

    def requests(self, dialect: str) -> list[bytes]:
        """The requests as they go over the wire."""
        return [request_of(dialect, self.name, one.token, self._variables(dialect, one.key)) for one in self.askings]

    def _variables(self, dialect: str, key: UUID) -> dict[str, Any]:
        """Milepost has ids of its own, and knows from the token whose lists are asked for; the peers are told."""
        if self.name != "point":
            return {} if dialect == "milepost" else {"organization": str(key)}
        return {"id": f"inv_{key.hex}" if dialect == "milepost" else str(key)}


async def reads_of(url: str, names: Sequence[str]) -> list[Read]:
    """The reads of those names, with the objects that the database has for them."""
    connection = await asyncpg.connect(url)
    try:
        return [await _read(connection, name) for name in names]
    finally:
        await connection.close()


async def _read(connection: asyncpg.Connection, name: str) -> Read:
    title, sql = _READS[name]
    return Read(name, title, [Asking(row["token"], row["key"]) for row in await connection.fetch(sql, _MOST)])


def request_of(dialect: str, operation: str, token: str, variables: Mapping[str, Any]) -> bytes:
    """A POST of the operation in operations/<dialect>/, with its headers."""
    query = (_OPERATIONS / dialect / f"{operation}.graphql").read_text()
    asked = {"query": query, "operationName": operation.capitalize(), "variables": variables}
    body = json.dumps(asked, separators=(",", ":")).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\naccept: application/json\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body

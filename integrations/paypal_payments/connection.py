"""The way to PayPal: a token that is fetched once and used until shortly before it expires, and what comes back."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urljoin

import httpx2
import orjson

from integrations.opened import Opened

LIVE, SANDBOX = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"
_EARLY_SECONDS = 60
_TIMEOUT = httpx2.Timeout(25, connect=5)
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@cache
def tls() -> ssl.SSLContext:
    """One for all connections: it takes long to make."""
    return httpx2.create_ssl_context()


class Lost(Exception):
    """Nothing came back, or nothing that says whether PayPal has done it."""


class Unsent(Exception):
    """PayPal has surely done nothing: it was not reached, or it did not let us in."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What PayPal answered; never one that leaves open whether it has done what was asked."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def issues(self) -> tuple[str, ...]:
        """PayPal's own words for what it refused: the name of the error and those of its details."""
        details = self.body.get("details") or ()
        return (str(self.body.get("name", "")), *(str(one.get("issue", "")) for one in details))

    def link(self, *relations: str) -> str | None:
        """Where a link of the answer leads to."""
        links = self.body.get("links") or ()
        return next((str(one["href"]) for one in links if one.get("rel") in relations), None)


class Connection:
    """Calls of one PayPal account. Many may be under way at once; only one of them fetches a token."""

    def __init__(self, opened: Opened) -> None:
        address = None if opened.is_live else opened.credentials.get("address")
        self.address = (address or (LIVE if opened.is_live else SANDBOX)).rstrip("/")
        self._login = (opened.credentials["clientId"], opened.credentials["clientSecret"])
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, verify=tls())
        self._token, self._good_until = "", 0.0
        self._fetching = asyncio.Lock()

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str) -> Reply:
        return await self._call("GET", path, params=query)

    async def post(self, path: str, body: object, *, request_id: str | None = None) -> Reply:
        """Answers once per request id with the effect, however often it is called."""
        return await self._call("POST", path, content=orjson.dumps(body), headers=_headers(request_id))

    async def patch(self, path: str, changes: list[dict[str, str]]) -> Reply:
        return await self._call("PATCH", path, content=orjson.dumps(changes), headers=_headers(None))

    async def post_form(self, path: str, document: object) -> Reply:
        """As PayPal takes evidence: a form whose field `input` is a JSON document."""
        files = {"input": ("input.json", orjson.dumps(document), "application/json")}
        return await self._call("POST", path, files=files)

    async def exchange(self, grant: Mapping[str, str]) -> Reply:
        """Asks for a token of whatever kind."""
        return await self._send("POST", "/v1/oauth2/token", data=dict(grant), auth=self._login)

    async def get_as(self, token: str, path: str, **query: str) -> Reply:
        """Asks with somebody else's token."""
        return await self._send("GET", path, params=query, headers={"Authorization": f"Bearer {token}"})

    async def _call(self, method: str, path: str, **parts: Any) -> Reply:
        given = parts.pop("headers", {})
        for _ in range(2):
            headers = {**given, "Authorization": f"Bearer {await self._valid_token()}"}
            reply = await self._send(method, path, headers=headers, **parts)
            if reply.status != 401:
                return reply
            self._good_until = 0.0
        raise Unsent("PayPal does not let us in, even with a new token")

    async def _valid_token(self) -> str:
        async with self._fetching:
            if time.monotonic() >= self._good_until:
                try:
                    reply = await self.exchange({"grant_type": "client_credentials"})
                except Lost as lost:
                    raise Unsent(f"no token: {lost}") from lost
                if not reply.is_ok:
                    raise Unsent("PayPal does not accept the client id and secret")
                self._token = reply.body["access_token"]
                self._good_until = time.monotonic() + float(reply.body["expires_in"]) - _EARLY_SECONDS
            return self._token

    async def _send(self, method: str, path: str, **parts: Any) -> Reply:
        try:
            answer = await self._http.request(method, urljoin(self.address, path), **parts)
        except _UNSENT as error:
            raise Unsent(type(error).__name__) from error
        except httpx2.HTTPError as error:
            raise Lost(type(error).__name__) from error
        if answer.status_code == 409 or answer.status_code >= 500:
            raise Lost(f"PayPal answered {answer.status_code}")
        return Reply(answer.status_code, _read(answer.content))


def _headers(request_id: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Prefer": "return=representation"}
    return headers if request_id is None else {**headers, "PayPal-Request-Id": request_id}


def _read(content: bytes) -> Mapping[str, Any]:
    if not content:
        return {}
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Lost("PayPal's answer is not JSON") from error
    if not isinstance(body, dict):
        raise Lost("PayPal's answer is no object")
    return body

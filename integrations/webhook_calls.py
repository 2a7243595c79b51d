"""Posting a webhook: one connection for each, to an address that was checked, and never on to another."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

import httpx2

from domain.outside import require_no_open_unit
from domain.webhook_deliveries import EXCERPT_BYTES, Answer
from integrations.public_addresses import Address, Blocked, Guard, Target, guard_in_use

SECONDS = 10
_CONNECTING_SECONDS = 5


@cache
def trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


async def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    guard: Guard | None = None,
    tls: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """What was answered in time; redirects are answers like any other."""
    require_no_open_unit()
    began = time.monotonic()
    status_code = excerpt = error = retry_after = None
    is_blocked = False
    try:
        async with asyncio.timeout(seconds):
            target = await (guard or guard_in_use()).target(url)
            status_code, excerpt, retry_after = await _sent(target, headers, body, tls or trusted())
    except Blocked as blocked:
        error, is_blocked = str(blocked), True
    except TimeoutError:
        error = f"There was no answer within {seconds} seconds."
    except (httpx2.HTTPError, OSError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:500]
    return Answer(
        latency_ms=round((time.monotonic() - began) * 1000),
        status_code=status_code,
        excerpt=excerpt,
        error=error,
        retry_after=retry_after,
        is_blocked=is_blocked,
    )


Said = tuple[int, str, timedelta | None]


async def _sent(target: Target, headers: Mapping[str, str], body: bytes, tls: ssl.SSLContext) -> Said:
    """By the first of its addresses that can be connected to."""
    *before, last = sorted(target.addresses, key=lambda one: one.version)
    for address in before:
        try:
            return await _sent_to(address, target, headers, body, tls)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            continue
    return await _sent_to(last, target, headers, body, tls)


async def _sent_to(
    address: Address, target: Target, headers: Mapping[str, str], body: bytes, tls: ssl.SSLContext
) -> Said:
    """The number is connected to; name and certificate are those of the host, and proxies are not asked."""
    timeout = httpx2.Timeout(SECONDS, connect=_CONNECTING_SECONDS)
    given = {**headers, "host": target.name, "accept-encoding": "identity"}
    async with httpx2.AsyncClient(verify=tls, timeout=timeout, follow_redirects=False, trust_env=False) as http:
        request = http.build_request(
            "POST", target.url_at(address), headers=given, content=body, extensions={"sni_hostname": target.host}
        )
        response = await http.send(request, stream=True)
        try:
            return response.status_code, await _excerpt(response), _wait(response.headers.get("retry-after"))
        finally:
            await response.aclose()


async def _excerpt(response: httpx2.Response) -> str:
    """The beginning of what was said; nobody waits for the rest."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= EXCERPT_BYTES:
            break
    text = read[:EXCERPT_BYTES].decode(errors="replace").replace("\x00", "")
    return text.encode()[:EXCERPT_BYTES].decode(errors="ignore")


def _wait(retry_after: str | None) -> timedelta | None:
    """Seconds, or an instant of real time."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 10:
        return timedelta(seconds=int(retry_after))
    try:
        return parsedate_to_datetime(retry_after) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None

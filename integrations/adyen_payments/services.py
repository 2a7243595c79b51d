"""Adyen's services: where each one is reached, and what an answer, or none, proves about what was asked."""

import ssl
from collections.abc import Awaitable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import httpx2

from integrations.adyen_payments import refusals
from integrations.decline_codes import DeclineCode
from integrations.opened import Opened
from integrations.payments import Declined, NoAnswer

T = TypeVar("T")


class Service(Enum):
    """The services that are called, each with its path at a stand-in."""

    CHECKOUT = "/checkout/v71"
    TRANSFERS = "/btl/v4"
    ACCOUNTS = "/bcl/v2"
    LEGAL_ENTITIES = "/lem/v3"
    DISPUTES = "/ca/services/DisputeService/v30"
    REPORTS = "/reports/download/MerchantAccount"


_S = Service
_TEST = {
    _S.CHECKOUT: "https://checkout-test.adyen.com/v71",
    _S.TRANSFERS: "https://balanceplatform-api-test.adyen.com/btl/v4",
    _S.ACCOUNTS: "https://balanceplatform-api-test.adyen.com/bcl/v2",
    _S.LEGAL_ENTITIES: "https://kyc-test.adyen.com/lem/v3",
    _S.DISPUTES: "https://ca-test.adyen.com/ca/services/DisputeService/v30",
    _S.REPORTS: "https://ca-test.adyen.com/reports/download/MerchantAccount",
}
_LIVE = {service: url.replace("-test.", "-live.") for service, url in _TEST.items()}
# Adyen gives each of these a key of its own; an account that names none of them has one for all.
_KEYS = {_S.TRANSFERS: "balancePlatformApiKey", _S.ACCOUNTS: "balancePlatformApiKey", _S.LEGAL_ENTITIES: "kycApiKey"}
_REPORTS_KEY = "reportApiKey"
_IN_PROGRESS = "704"
"""A request with the same idempotency key is being worked on."""
_TIMEOUT = httpx2.Timeout(25, connect=10)


class Rejected(Exception):
    """Adyen did not take the request, or it never got there: nothing has happened."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class Unsure(Exception):
    """No answer, or none that can be understood: it may have happened or not."""


class Services:
    """Calls them with the account's keys. A request with a `key` has one effect however often it is made."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    async def post(self, service: Service, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        return await self._call("POST", service, path, json=body, headers={"Idempotency-Key": key})

    async def patch(self, service: Service, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._call("PATCH", service, path, json=body)

    async def get(self, service: Service, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return await self._call("GET", service, path, params=params)

    async def download(self, url: str) -> str:
        """A report. Whoever could have us download from elsewhere would be given our key."""
        where, address = httpx2.URL(url), self._opened.credentials.get("address")
        is_adyens = where.scheme == "https" and where.host.endswith(".adyen.com")
        is_of_standin = bool(address) and not self._opened.is_live and where.host == httpx2.URL(str(address)).host
        if not (is_adyens or is_of_standin):
            raise Unsure("a report lies elsewhere than at Adyen")
        return (await self._send("GET", url, headers={"X-API-Key": self._key(_REPORTS_KEY)})).text

    async def report(self, merchant: str, name: str) -> str | None:
        """A report of a merchant account; None while there is none of this name."""
        try:
            return await self.download(f"{url_of(Service.REPORTS, self._opened)}/{merchant}/{name}")
        except Rejected as refusal:
            if refusal.status == 404:
                return None
            raise

    async def _call(self, method: str, service: Service, path: str, **request: Any) -> dict[str, Any]:
        headers = {"X-API-Key": self._key(_KEYS.get(service)), **request.pop("headers", {})}
        answer = await self._send(method, url_of(service, self._opened) + path, headers=headers, **request)
        try:
            content = answer.json()
        except ValueError as broken:
            raise Unsure("Adyen's answer cannot be read") from broken
        if not isinstance(content, dict):
            raise Unsure("Adyen's answer cannot be understood")
        return content

    async def _send(self, method: str, url: str, **request: Any) -> httpx2.Response:
        try:
            async with httpx2.AsyncClient(verify=_trusted(), timeout=_TIMEOUT) as http:
                answer = await http.request(method, url, **request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as never_sent:
            raise Rejected(DeclineCode.PROVIDER_UNAVAILABLE.name, "Adyen cannot be reached") from never_sent
        except httpx2.HTTPError as error:
            raise Unsure(type(error).__name__) from error
        if answer.is_success:
            return answer
        raise _failure(answer)

    def _key(self, name: str | None) -> str:
        credentials = self._opened.credentials
        return credentials.get(name or "apiKey") or credentials["apiKey"]


def url_of(service: Service, opened: Opened) -> str:
    """Where a service of this account is. Only a sandbox has an address of its own: real money gets to no stand-in."""
    if not opened.is_live:
        address = opened.credentials.get("address")
        return _TEST[service] if not address else address.rstrip("/") + service.value
    if service is Service.CHECKOUT:
        return f"https://{opened.credentials['liveUrlPrefix']}-checkout-live.adyenpayments.com/checkout/v71"
    return _LIVE[service]


async def moving(call: Awaitable[T]) -> T | Declined | NoAnswer:
    """The outcome of a call that moves money: a sure no is Declined, any doubt is NoAnswer."""
    try:
        return await call
    except Rejected as no:
        return Declined(code=no.code)
    except Unsure as doubt:
        return NoAnswer(reason=str(doubt))


async def asking(call: Awaitable[T]) -> T | NoAnswer:
    """The outcome of a question: that it was not taken says nothing about what it was about."""
    try:
        return await call
    except (Rejected, Unsure) as none:
        return NoAnswer(reason=str(none))


def _failure(answer: httpx2.Response) -> Rejected | Unsure:
    """What a status other than 2xx proves. Of 4xx nothing was done, but for what is still being worked on."""
    try:
        said = answer.json()
    except ValueError:
        said = {}
    error_code = str(said.get("errorCode") or "") if isinstance(said, dict) else ""
    if not 400 <= answer.status_code < 500 or answer.status_code == 408 or error_code == _IN_PROGRESS:
        return Unsure(f"Adyen answered {answer.status_code}")
    message = f"Adyen refused the request: {answer.status_code} {error_code}".strip()
    code = DeclineCode.PROVIDER_UNAVAILABLE.name if answer.status_code == 429 else refusals.of_request(error_code)
    return Rejected(code, message, answer.status_code)


@cache
def _trusted() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than many a call."""
    return ssl.create_default_context()

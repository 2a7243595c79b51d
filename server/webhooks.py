"""POST /webhooks/{provider}: takes what a provider tells, and answers before anything is done about it."""

import time
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.actors import ANONYMOUS
from domain.payment_methods import Provider
from domain.rate_limits import Allowance, CallerKind
from domain.refusals import Refused
from jobs.inbound_webhooks import Outcome, Received, receive
from persistence.database import is_congestion, is_outage
from persistence.work import turn_to_write, within
from resolvers.context import Platform
from resolvers.rate_limits import SANDBOX, Caller, RateLimits
from server.tallies import OTHERS, Tallies

ALLOWANCE = Allowance(6_000, 1, 1, 1)
"""Messages per minute from one address, whoever sends them: to check a signature costs a read and some arithmetic."""

_PROVIDERS = {provider.value.lower(): provider for provider in Provider}
_ANSWERS = {
    # Some providers look for this very text.
    Outcome.ACCEPTED: (202, "[accepted]"),
    Outcome.NOT_SET_UP: (503, "No secret for webhooks is set: nothing is accepted until then. Repeat it later."),
    Outcome.NOT_GENUINE: (401, "The signature is missing or wrong, or its time is more than 300 seconds off."),
    Outcome.UNREADABLE: (400, "The body cannot be read."),
}
_UNKNOWN = f"There are webhooks of {', '.join(_PROVIDERS)}."
_AWAY = "The message could not be kept. Repeat it later."

log = structlog.get_logger("milepost.webhook")


class Webhooks:
    """Knows nobody but providers: neither sessions nor cookies count here."""

    def __init__(self, platform: Platform, tallies: Tallies) -> None:
        self._platform, self._tallies = platform, tallies
        allowance = SANDBOX[CallerKind.ANONYMOUS] if platform.is_sandbox else ALLOWANCE
        self._limits = RateLimits({CallerKind.ANONYMOUS: allowance})

    @property
    def route(self) -> Route:
        return Route("/webhooks/{provider}", self.serve, methods=["POST"])

    async def serve(self, request: Request) -> Response:
        caller = self._limits.caller_of(ANONYMOUS, request.client.host if request.client else "")
        provider = _PROVIDERS.get(request.path_params["provider"])
        try:
            caller.meter.start(time.monotonic())
        except Refused as refused:
            wait = {"retry-after": str(refused.refusal.retry_after_seconds)}
            return self._answer(provider, "RATE_LIMITED", 429, str(refused), wait)
        if provider is None:
            return self._answer(None, "UNKNOWN", 404, _UNKNOWN)
        try:
            received = await self._receive(provider, request, caller)
        except Exception as error:
            if not (is_outage(error) or is_congestion(error) or isinstance(error, TimeoutError)):
                raise
            log.warning("webhook could not be kept", provider=provider.name, exc_info=error)
            return self._answer(provider, "UNAVAILABLE", 503, _AWAY)
        log.info("webhook", provider=provider.name, outcome=received.outcome.name, new=received.count)
        is_repeated = received.outcome is Outcome.ACCEPTED and not received.count
        return self._answer(provider, "REPEATED" if is_repeated else received.outcome.name, *_ANSWERS[received.outcome])

    async def _receive(self, provider: Provider, request: Request, caller: Caller) -> Received:
        body = await request.body()
        with within(caller.share):
            async with turn_to_write(), self._platform.writing:
                return await receive(self._platform.database, provider, request.headers, body, datetime.now(UTC))

    def _answer(
        self, provider: Provider | None, result: str, status: int, text: str, headers: dict[str, str] | None = None
    ) -> Response:
        self._tallies.webhooks[OTHERS if provider is None else provider.name, result] += 1
        return PlainTextResponse(f"{text}\n" if status != 202 else text, status, headers)

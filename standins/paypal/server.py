"""The stand-in as a server: its routes, each held to its shape, with answers replayed for the same request id."""

import copy
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from standins.counts import Counts
from standins.courier import Courier, Message, Plan
from standins.faults import Faults, Faulty
from standins.paypal import captures, disputes, orders, pages, payouts, reporting, vault
from standins.paypal.account import Account, Thing, real_time
from standins.paypal.contract import COUNTS, Contract, Outside
from standins.paypal.people import Gate
from standins.paypal.refusals import Refusal
from standins.paypal.signing import PATH, signer

CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID = "standin-client", "standin-secret", "5TAND1NWEBH00K"

Do = Callable[[Account, Mapping[str, str], Any], Thing | None]
_OPERATIONS: dict[str, tuple[str, str, int, Do]] = {
    # What it is called: method, path, status, what is done with the account, the path's ids and the body or query.
    "create order": ("POST", "/v2/checkout/orders", 201, lambda a, p, b: orders.show(a, orders.create(a, b)["id"])),
    "show order": ("GET", "/v2/checkout/orders/{id}", 200, lambda a, p, b: orders.show(a, p["id"])),
    "update order": ("PATCH", "/v2/checkout/orders/{id}", 204, lambda a, p, b: orders.update(a, p["id"], b)),
    "capture order": (
        "POST", "/v2/checkout/orders/{id}/capture", 201, lambda a, p, b: orders.finish(a, p["id"], "CAPTURE"),
    ),
    "authorize order": (
        "POST", "/v2/checkout/orders/{id}/authorize", 201, lambda a, p, b: orders.finish(a, p["id"], "AUTHORIZE"),
    ),
    "show authorization": (
        "GET", "/v2/payments/authorizations/{id}", 200, lambda a, p, b: captures.show(a.authorizations, p["id"]),
    ),
    "capture authorization": (
        "POST", "/v2/payments/authorizations/{id}/capture", 201, lambda a, p, b: captures.capture(a, p["id"], b),
    ),
    "void authorization": (
        "POST", "/v2/payments/authorizations/{id}/void", 200, lambda a, p, b: captures.void(a, p["id"]),
    ),
    "show capture": ("GET", "/v2/payments/captures/{id}", 200, lambda a, p, b: captures.show(a.captures, p["id"])),
    "refund capture": (
        "POST", "/v2/payments/captures/{id}/refund", 201, lambda a, p, b: captures.refund(a, p["id"], b),
    ),
    "show refund": ("GET", "/v2/payments/refunds/{id}", 200, lambda a, p, b: captures.show(a.refunds, p["id"])),
    "show payment token": ("GET", "/v3/vault/payment-tokens/{id}", 200, lambda a, p, b: vault.show(a, p["id"])),
    "create payout": ("POST", "/v1/payments/payouts", 201, lambda a, p, b: payouts.create(a, b)),
    "show payout": ("GET", "/v1/payments/payouts/{id}", 200, lambda a, p, b: payouts.show(a, p["id"])),
    "list disputes": ("GET", "/v1/customer/disputes", 200, lambda a, p, b: disputes.listed(a, b)),
    "show dispute": ("GET", "/v1/customer/disputes/{id}", 200, lambda a, p, b: disputes.show(a, p["id"])),
    "provide evidence": (
        "POST", "/v1/customer/disputes/{id}/provide-evidence", 200,
        lambda a, p, b: disputes.provide_evidence(a, p["id"]),
    ),
    "accept claim": (
        "POST", "/v1/customer/disputes/{id}/accept-claim", 200, lambda a, p, b: disputes.accept_claim(a, p["id"]),
    ),
    "list transactions": ("GET", "/v1/reporting/transactions", 200, lambda a, p, b: reporting.transactions(a, b)),
    "list balances": ("GET", "/v1/reporting/balances", 200, lambda a, p, b: reporting.balances(a, b)),
}  # fmt: skip


class PayPalStandIn:
    """`app` is what is served; the address that callers know it by is set before the first request."""

    def __init__(
        self,
        *,
        webhook: str | None = None,
        plan: Plan | None = None,
        faults: Faults | None = None,
        clock: Callable[[], datetime] = real_time,
        search_delay: timedelta = timedelta(),
        counts: Counts = COUNTS,
    ) -> None:
        self.contract, self.faults = Contract(counts), faults or Faults()
        self.account = Account(address="", clock=clock, search_delay=search_delay, tell=self._tell)
        self.gate = Gate(self.account, CLIENT_ID, CLIENT_SECRET)
        self.courier = Courier(webhook, self.seal, plan=plan)
        self.certificates_shown = 0
        self._answers: dict[tuple[str, str], Thing | None] = {}
        self.app = Faulty(Starlette(routes=self._routes()), self.faults)

    @property
    def credentials(self) -> dict[str, str]:
        """What an account of a sandbox is set up with, so that it leads here."""
        return {
            "clientId": CLIENT_ID,
            "clientSecret": CLIENT_SECRET,
            "webhookId": WEBHOOK_ID,
            "address": self.account.address,
            "certificateAuthority": signer().root,
        }

    def forget_request_ids(self) -> None:
        """As PayPal does after some hours."""
        self._answers.clear()

    def approve(self, order_id: str, *, declines: bool = False) -> None:
        """The payer approves an order. `declines`: their bank will say no."""
        orders.approve(self.account, order_id, declines=declines)

    def settle(self, capture_id: str, *, is_denied: bool = False) -> None:
        """PayPal has looked at a capture that was pending."""
        captures.settle(self.account, capture_id, is_denied=is_denied)

    def move_payout(self, batch_id: str, status: str) -> None:
        """What PayPal, or the receiver, does with a payout later."""
        payouts.move(self.account, batch_id, status)

    def open_dispute(self, capture_id: str, stage: disputes.Stage = "CHARGEBACK", reason: str = "UNAUTHORISED") -> str:
        """A payer disputes what was captured; how the dispute is called."""
        return str(disputes.open_one(self.account, capture_id, stage, reason)["dispute_id"])

    def escalate_dispute(self, dispute_id: str) -> None:
        """The payer makes a claim of it."""
        disputes.escalate(self.account, dispute_id)

    def resolve_dispute(self, dispute_id: str, outcome: str) -> None:
        """PayPal decides: RESOLVED_BUYER_FAVOUR, RESOLVED_SELLER_FAVOUR and the like."""
        disputes.resolve(self.account, dispute_id, outcome)

    def seal(self, message: Message, at: datetime) -> Mapping[str, str]:
        """The headers of a message as it leaves."""
        return signer().seal(message, at, webhook_id=WEBHOOK_ID, address=self.account.address)

    def _tell(self, event_type: str, resource_type: str, resource: Thing) -> None:
        event_id = f"WH-{self.account.new_id('EV')}"
        event = {
            "id": event_id,
            "event_version": "1.0",
            "create_time": self.account.now(),
            "resource_type": resource_type,
            "event_type": event_type,
            "summary": f"The stand-in tells of {event_type}.",
            "resource": resource,
        }
        self.contract.check_event(event)
        self.courier.post(Message(id=event_id, body=orjson.dumps(event)))

    def _routes(self) -> list[Route]:
        served = [
            Route(path, self._endpoint(partial(self._served, name, status, do)), methods=[method])
            for name, (method, path, status, do) in _OPERATIONS.items()
        ]
        return [
            *served,
            Route("/v1/oauth2/token", self._endpoint(self._token), methods=["POST"]),
            Route("/v1/identity/openidconnect/userinfo", self._endpoint(self._user), methods=["GET"]),
            Route(PATH, self._certificate, methods=["GET"]),
            Route("/checkoutnow", self._checkout, methods=["GET", "POST"]),
        ]

    def _endpoint(self, serve: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await serve(request)
            except Refusal as refusal:
                self.contract.check_answer("", refusal.status, refusal.body)
                return JSONResponse(refusal.body, refusal.status)
            except Outside as outside:
                return JSONResponse(Refusal(400, "INVALID_REQUEST", str(outside)[:255]).body, 400)

        return endpoint

    async def _served(self, name: str, status: int, do: Do, request: Request) -> Response:
        self.gate.require_seller(request.headers.get("authorization", ""))
        asked = await _asked(request)
        self.contract.check_request(name, asked)
        given = request.headers.get("paypal-request-id")
        kept = (request.url.path, given or "")
        if given is not None and kept in self._answers:
            answer = self._answers[kept]
        else:
            answer = copy.deepcopy(do(self.account, request.path_params, asked))
            if given is not None:
                self._answers[kept] = answer
        self.contract.check_answer(name, status, answer or {})
        return Response(status_code=status) if answer is None else JSONResponse(answer, status)

    async def _token(self, request: Request) -> Response:
        form = dict(await request.form())
        self.contract.check_request("create token", form)
        answer = self.gate.token(request.headers.get("authorization", ""), form)
        self.contract.check_answer("create token", 200, answer)
        return JSONResponse(answer)

    async def _user(self, request: Request) -> Response:
        self.contract.check_request("show user", dict(request.query_params))
        answer = self.gate.user(request.headers.get("authorization", ""))
        self.contract.check_answer("show user", 200, answer)
        return JSONResponse(answer)

    async def _certificate(self, _: Request) -> Response:
        self.certificates_shown += 1
        return Response(signer().certificate, media_type="application/x-x509-ca-cert")

    async def _checkout(self, request: Request) -> Response:
        """What a payer sees after they were sent here."""
        order_id = request.query_params["token"]
        if request.method == "GET":
            return HTMLResponse(pages.checkout(orders.show(self.account, order_id)))
        choice = dict(await request.form()).get("choice")
        if choice == "cancel":
            return RedirectResponse(orders.left(self.account, order_id), 303)
        return RedirectResponse(orders.approve(self.account, order_id, declines=choice == "decline"), 303)


async def _asked(request: Request) -> Any:
    """The body or, of what only reads, the query; of a form the document in its field `input`."""
    if request.method == "GET":
        return dict(request.query_params)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        document = (await request.form())["input"]
        return orjson.loads(document if isinstance(document, str) else await document.read())
    body = await request.body()
    return orjson.loads(body) if body else {}

"""Stripe's pages for people, each with a form that tests post and developers click."""

from datetime import timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from standins.stripe import accounts, billing_clock, intents, portal, sessions, subscription_sessions
from standins.stripe.cards import CARDS
from standins.stripe.errors import StripeError
from standins.stripe.world import World

_SEE_OTHER = 303


class Pages:
    """The pages of one stand-in."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def routes(self) -> list[Route]:
        both = ["GET", "POST"]
        return [
            Route("/pages/authenticate/{intent}", self.authenticate, methods=both),
            Route("/pages/checkout/{session}", self.checkout, methods=both),
            Route("/pages/onboarding/{link}", self.onboarding, methods=both),
            Route("/pages/portal/{number}", self.portal, methods=both),
            Route("/pages/settle", self.settle, methods=["POST"]),
        ]

    async def authenticate(self, request: Request) -> Response:
        """3-D Secure: the bank asks its customer. The form's `outcome` is `authorize` or `fail`."""
        intent = self._world.get("payment_intent", request.path_params["intent"])
        if request.method == "GET":
            return _page("Is this you?", _buttons("outcome", {"authorize": "Authorize", "fail": "Fail"}))
        back = (intent["next_action"] or {}).get("redirect_to_url", {}).get("return_url")
        outcome = "succeeded"
        try:
            intents.authenticated(self._world, intent, has_agreed=(await request.form()).get("outcome") == "authorize")
            sessions.complete(self._world, intent)
            subscription_sessions.complete(self._world, intent)
        except StripeError:
            outcome = "failed"
        return _back(back, f"payment_intent={intent['id']}&redirect_status={outcome}")

    async def checkout(self, request: Request) -> Response:
        """Where a payer without a method chooses one. The form's `card` is a test token."""
        session = self._world.get("checkout.session", request.path_params["session"])
        if request.method == "GET":
            price = f"{session['amount_total']} {session['currency']}, in its smallest unit"
            return _page(f"Pay {price}", _buttons("card", {token: token for token in CARDS}))
        try:
            intent = sessions.pay(self._world, session, str((await request.form()).get("card")))
        except StripeError as error:
            return _page(f"Not paid: {error}", "Choose another card.", status=402)
        if intent is not None and intent["status"] == "requires_action":
            return RedirectResponse(intent["next_action"]["redirect_to_url"]["url"], _SEE_OTHER)
        return _back(session["success_url"], f"session={session['id']}")

    async def onboarding(self, request: Request) -> Response:
        """Where a payee says who they are. The form's `bank` is the number of a test account."""
        link = self._world.pages[request.path_params["link"]]
        if request.method == "GET":
            banks = {number: f"{number} {code or 'takes payouts'}" for number, code in accounts.BANKS.items()}
            return _page("Where is your bank?", _buttons("bank", banks))
        account = self._world.get("account", link["account"])
        accounts.onboarded(self._world, account, str((await request.form()).get("bank")))
        return _back(link["return_url"], "")

    async def portal(self, request: Request) -> Response:
        """Where a customer gives another `card`, or presses `cancel`."""
        page = self._world.pages[request.path_params["number"]]
        if request.method == "GET":
            cards = _buttons("card", {token: token for token in CARDS})
            return _page("Your subscriptions", cards + _buttons("cancel", {"yes": "Cancel at the period's end"}))
        form = await request.form()
        try:
            if "cancel" in form:
                portal.cancel_all(self._world, page["customer"])
            else:
                portal.pay_with(self._world, page["customer"], str(form.get("card")))
        except StripeError as error:
            return _page(f"Not paid: {error}", "Choose another card.", status=402)
        return _back(page["return_url"], "")

    async def settle(self, request: Request) -> Response:
        """Days pass: the form's `days`, where billing periods are to pass with them."""
        self._world.ahead += timedelta(days=int(str((await request.form()).get("days", "0"))))
        self._world.settle()
        billing_clock.move_on(self._world)
        return Response(status_code=204)


def _page(title: str, content: str, status: int = 200) -> HTMLResponse:
    heading = f"<title>Stand-in for Stripe</title><h1>{escape(title)}</h1>"
    return HTMLResponse(f"<!doctype html><html lang=en>{heading}{content}</html>", status)


def _buttons(name: str, choices: dict[str, str]) -> str:
    inner = "".join(
        f"<p><button name={name} value={escape(value)}>{escape(text)}</button>" for value, text in choices.items()
    )
    return f"<form method=post>{inner}</form>"


def _back(url: str | None, query: str) -> Response:
    if url is None:
        return _page("Done", "There is no page to go back to.")
    return RedirectResponse(f"{url}{'&' if '?' in url else '?'}{query}" if query else url, _SEE_OTHER)

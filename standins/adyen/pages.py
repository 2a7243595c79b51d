"""The pages that payers and payees are sent to: the bank's question, the hosted payment, and onboarding."""

import html
from datetime import UTC
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from standins.adyen import payments, platform
from standins.adyen.world import Card, World


class Pages:
    """Forms without scripts; each answer leads back to where the request said."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/pages/3ds/{psp}", self.ask, methods=["GET"]),
            Route("/pages/3ds/{psp}", self.authenticate, methods=["POST"]),
            Route("/pages/links/{id}", self.show_link, methods=["GET"]),
            Route("/pages/links/{id}", self.pay, methods=["POST"]),
            Route("/pages/onboarding/{id}", self.show_onboarding, methods=["GET"]),
            Route("/pages/onboarding/{id}", self.onboard, methods=["POST"]),
            Route("/pages/settle", self.settle, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        payment = self._world.payment(request.path_params["psp"])
        return _form(f"Your bank asks: pay {payment.value} {payment.currency}?", "answer", ("approve", "deny"))

    async def authenticate(self, request: Request) -> Response:
        payment = self._world.payment(request.path_params["psp"])
        payment.is_approved = (await _field(request, "answer")) == "approve"
        payment.result = payment.result or f"result-{payment.psp}-{self._world.next_id()}"
        separator = "&" if "?" in payment.return_url else "?"
        back = payment.return_url + separator + urlencode({"redirectResult": payment.result})
        return RedirectResponse(back, 303)

    async def show_link(self, request: Request) -> Response:
        link = self._world.link(request.path_params["id"])
        if link.status != "active":
            return PlainTextResponse(f"This page is {link.status}.", 410)
        return _form("Choose a card to pay with", "card", tuple(card.value for card in Card))

    async def pay(self, request: Request) -> Response:
        link = self._world.link(request.path_params["id"])
        if not payments.pay_on_link(self._world, link, Card(await _field(request, "card"))):
            return PlainTextResponse("The card was refused, or this page has ended.", 402)
        return RedirectResponse(link.request.get("returnUrl", self._world.address), 303)

    async def show_onboarding(self, request: Request) -> Response:
        platform.show_entity(self._world, request.path_params["id"], {})
        return _form("Tell Adyen who you are", "said", ("everything",))

    async def onboard(self, request: Request) -> Response:
        return RedirectResponse(platform.onboarded(self._world, request.path_params["id"]), 303)

    async def settle(self, request: Request) -> Response:
        """Time passes at once: what is late happens, and the day so far has its statement."""
        platform.move_on(self._world)
        return PlainTextResponse(platform.publish_statement(self._world, self._world.clock().astimezone(UTC).date()))


async def _field(request: Request, name: str) -> str:
    async with request.form() as form:
        return str(form[name])


def _form(title: str, name: str, values: tuple[str, ...]) -> HTMLResponse:
    buttons = "".join(f'<button name="{name}" value="{value}">{value}</button> ' for value in values)
    text = html.escape(title)
    return HTMLResponse(f"<!doctype html><title>{text}</title><h1>{text}</h1><form method=post>{buttons}</form>")

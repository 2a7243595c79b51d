"""The companies of a story, each set up by staff and with its webhooks coming in through the real door."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.payment_methods import Provider
from standins.adyen import app as adyen_app
from standins.adyen.world import World as AdyenWorld
from standins.courier import real_time
from standins.faults import Faults, Faulty
from standins.paypal.server import PayPalStandIn
from standins.serving import serving
from standins.stripe import app as stripe_app
from standins.stripe.world import World as StripeWorld
from tests.providers.companies import Adyen, Company, PayPal, Simulator, Stripe
from tests.world import Person, World

STRIPE_SECRET = "whsec_of_the_story"


@asynccontextmanager
async def _simulator(staff: Person) -> AsyncIterator[Company]:
    yield Simulator(staff)


@asynccontextmanager
async def _stripe(staff: Person) -> AsyncIterator[Company]:
    async with _door(staff.world) as door:
        webhook = f"{door}/webhooks/stripe"
        stripe = StripeWorld(stripe_app.contract(), webhook=webhook, secret=STRIPE_SECRET, clock=staff.world.clock.now)
        stripe.courier.leaves_at = real_time
        company, company.faults = Stripe(staff, stripe), Faults()
        async with serving(Faulty(stripe_app.app(stripe), company.faults)) as stripe.address:
            credentials = {"secretKey": "sk_test_of_the_story", "address": stripe.address}
            await company.set_up(credentials, STRIPE_SECRET)
            yield company


@asynccontextmanager
async def _adyen(staff: Person) -> AsyncIterator[Company]:
    async with _door(staff.world) as door:
        adyen = AdyenWorld(webhook=f"{door}/webhooks/adyen", clock=staff.world.clock.now)
        company, company.faults = Adyen(staff, adyen), Faults()
        async with serving(Faulty(adyen_app.app(adyen), company.faults)) as adyen.address:
            credentials = {
                "apiKey": adyen.api_key,
                "merchantAccount": adyen.merchant,
                "balanceAccount": adyen.balance_account,
                "address": adyen.address,
            }
            await company.set_up(credentials, adyen.notices.key)
            yield company


@asynccontextmanager
async def _paypal(staff: Person) -> AsyncIterator[Company]:
    async with _door(staff.world) as door:
        paypal = PayPalStandIn(webhook=f"{door}/webhooks/paypal", clock=staff.world.clock.now)
        company, company.faults = PayPal(staff, paypal), paypal.faults
        async with serving(paypal.app) as paypal.account.address:
            credentials = dict(paypal.credentials)
            await company.set_up(credentials, credentials.pop("webhookId"))
            yield company


@asynccontextmanager
async def _door(world: World) -> AsyncIterator[str]:
    """A socket from which whatever comes is passed on, as it came, to the app that the test speaks with."""

    async def pass_on(request: Request) -> Response:
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        answer = await world.client.http.post(request.url.path, content=await request.body(), headers=headers)
        return Response(answer.content, answer.status_code)

    async with serving(Starlette(routes=[Route("/webhooks/{provider}", pass_on, methods=["POST"])])) as url:
        yield url


COMPANIES: Mapping[Provider, Callable[[Person], AbstractAsyncContextManager[Company]]] = {
    Provider.SIMULATOR: _simulator,
    Provider.STRIPE: _stripe,
    Provider.ADYEN: _adyen,
    Provider.PAYPAL: _paypal,
}
"""All that there are, each set up by staff for as long as the block runs."""

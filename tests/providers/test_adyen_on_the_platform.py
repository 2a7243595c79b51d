"""The whole way: people ask Milepost, Milepost asks the stand-in for Adyen, and its webhooks come back to Milepost."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from domain.payments import PaymentState
from jobs.timers import TIMERS
from jobs.worker import settle
from persistence.reactions import failing
from standins.adyen.app import app
from standins.adyen.world import Card
from standins.adyen.world import World as Standin
from standins.courier import Plan
from standins.faults import Fault, Faults, Faulty
from standins.serving import serving
from tests.makers.payments import Claim, make_claim, unsound
from tests.makers.payouts import figures, request_payout
from tests.providers.adyen import press
from tests.world import Person, World

OF_MONEY = tuple(
    timer for timer in TIMERS if timer[0].startswith(("webhooks.handle", "payments.", "chargebacks.", "payouts."))
)


class Stage:
    """The platform, and Adyen on the other side of the wire."""

    def __init__(self, world: World, standin: Standin, faults: Faults) -> None:
        self.world, self.standin, self.faults = world, standin, faults

    async def settle(self) -> None:
        """What is due of money is done; nothing else is."""
        await settle(self.world.database, self.world.clock.now, timers=OF_MONEY)
        assert await failing(self.world.database) == []

    async def tell(self) -> None:
        """All that Adyen has to tell arrives and is followed."""
        await self.standin.notices.courier.flush()
        await self.settle()

    async def claim(self, card: Card | None = Card.OK) -> Claim:
        """An open invoice of 1000.00 EUR whose payer has saved that card at Adyen."""
        claim = await make_claim(self.world)
        if card is not None:
            await claim.payer.do(
                "addPaymentMethod",
                "method { id }",
                provider="ADYEN",
                token=card.value,
                currency="EUR",
                makeDefault=True,
            )
        return claim

    async def pay(self, claim: Claim, **how: str) -> str:
        """The id of a payment that has been sent."""
        started = await claim.payer.do(
            "payInvoice", "payment { id }", invoiceId=claim.id, idempotencyKey=self.world.key(), **how
        )
        await self.settle()
        return str(started["payment"]["id"])

    async def payment(self, payer: Person, payment_id: str) -> dict[str, str]:
        query = "query($id: ID!) { payment(id: $id) { status nextActionUrl failureCode } }"
        shown: dict[str, str] = (await payer.ask(query, id=payment_id))["payment"]
        return shown

    def taken(self) -> int:
        """What Adyen has taken of all payers."""
        return sum(entry.value for entry in self.standin.ledger.entries if entry.type == "capture")


@pytest.fixture
async def stage(world: World) -> AsyncIterator[Stage]:
    async def relay(request: Request) -> PlainTextResponse:
        """The road from Adyen to the door that all webhooks come in by."""
        headers = {name: value for name, value in request.headers.items() if name in ("content-type", "hmacsignature")}
        answer = await world.client.http.post("/webhooks/adyen", content=await request.body(), headers=headers)
        return PlainTextResponse(answer.text, answer.status_code)

    faults = Faults()
    async with serving(Starlette(routes=[Route("/", relay, methods=["POST"])])) as road:
        standin = Standin(webhook=road, plan=Plan(copies=2, is_mixed=True), clock=world.clock.now)
        async with serving(Faulty(app(standin), faults)) as url:
            standin.address = url
            credentials = {
                "apiKey": standin.api_key,
                "merchantAccount": standin.merchant,
                "balanceAccount": standin.balance_account,
                "address": url,
            }
            await (await world.staff()).do(
                "configureProvider",
                "account { id }",
                provider="ADYEN",
                credentials=[{"name": name, "value": value} for name, value in credentials.items()],
                webhookSecret=standin.notices.key,
            )
            yield Stage(world, standin, faults)


async def test_a_lost_answer_is_unknown_until_adyen_tells_and_is_charged_once(stage: Stage) -> None:
    claim = await stage.claim()
    stage.faults.script(Fault.NO_ANSWER_AFTER, path="/payments")
    await stage.pay(claim)
    assert await claim.payments() == ["UNKNOWN"]
    stage.world.clock.advance(timedelta(hours=1))
    await stage.settle()
    assert await claim.payments() == ["UNKNOWN"]
    await stage.tell()
    assert await claim.payments() == ["SUCCEEDED"]
    assert stage.taken() == 100_000
    assert await unsound(stage.world) == []


async def test_a_request_that_never_arrived_has_failed_once_the_reports_are_there(stage: Stage) -> None:
    claim = await stage.claim()
    stage.faults.script(Fault.NO_ANSWER_BEFORE, path="/payments")
    await stage.pay(claim)
    for hours in (49, 6):
        assert await claim.payments() == ["UNKNOWN"]
        stage.world.clock.advance(timedelta(hours=hours))
        await stage.settle()
    assert await claim.payments() == ["FAILED"]
    assert stage.taken() == 0


async def test_the_payer_acts_at_the_bank_and_comes_back(stage: Stage) -> None:
    claim = await stage.claim(Card.ACTION)
    payment_id = await stage.pay(claim)
    shown = await stage.payment(claim.payer, payment_id)
    assert shown["status"] == PaymentState.REQUIRES_ACTION.name
    back = (await press(shown["nextActionUrl"], answer="approve")).headers["location"]
    stage.world.clock.advance(timedelta(minutes=1))
    await claim.payer.do("checkPayment", "payment { id }", paymentId=payment_id, returned=urlsplit(back).query)
    await stage.settle()
    assert await claim.payments() == ["SUCCEEDED"]
    await stage.tell()
    assert stage.taken() == 100_000


async def test_a_payer_pays_on_adyens_page_and_the_payee_is_paid_out(stage: Stage) -> None:
    claim = await stage.claim(None)
    page = (await stage.payment(claim.payer, await stage.pay(claim, provider="ADYEN")))["nextActionUrl"]
    assert (await press(page, card=Card.OK.value)).status_code == 303
    await stage.tell()
    assert await claim.payments() == ["SUCCEEDED"]
    onboarding = {"provider": "ADYEN", "returnUrl": "http://127.0.0.1:8000/back"}
    begun = await claim.issuer.do("startPayoutOnboarding", "url account", **onboarding)
    assert (await press(begun["url"])).headers["location"] == onboarding["returnUrl"]
    added = {"provider": "ADYEN", "token": begun["account"], "currency": "EUR", "makeDefault": True}
    await claim.issuer.do("addPayoutMethod", "method { id }", **added)
    await request_payout(claim.issuer, 50_000)
    await stage.settle()
    await stage.tell()
    shown = await figures(claim.issuer)
    assert (shown["available"], shown["paidOut"]) == (45_000, 50_000)
    assert [entry.value for entry in stage.standin.ledger.entries if entry.type == "bankTransfer"] == [-50_000]
    assert await unsound(stage.world) == []


async def test_a_chargeback_is_opened_and_won(stage: Stage) -> None:
    claim = await stage.claim(Card.CHARGEBACK)
    await stage.pay(claim)
    await stage.tell()
    query = "{ chargebacks { nodes { id status } } }"
    [opened] = (await claim.issuer.ask(query))["chargebacks"]["nodes"]
    assert opened["status"] == "NEEDS_RESPONSE"
    await claim.issuer.do(
        "submitChargebackEvidence",
        "chargeback { id }",
        chargebackId=opened["id"],
        evidence="The work was handed over.",
        idempotencyKey=stage.world.key(),
    )
    await stage.settle()
    await stage.tell()
    [won] = (await claim.issuer.ask(query))["chargebacks"]["nodes"]
    assert won["status"] == "WON"
    assert await unsound(stage.world) == []

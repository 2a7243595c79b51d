"""What Stripe tells: only what it has signed, lately and with our secret, is believed; and what each type is about."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.money import Money
from integrations.payments import ActionRequired, PayingOut, Refunding
from integrations.provider_events import NotGenuine, SubjectKind, Told, Unreadable
from integrations.stripe_payments import Stripe
from integrations.stripe_payments.connection import KEY
from standins.serving import serving
from standins.stripe.world import signature
from tests.providers.stripe_billing import begun
from tests.providers.stripe_setup import NOON, SECRET, Setup, opened, post, standing_in

BODY = json.dumps(
    {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "created": int(NOON.timestamp()),
        "livemode": False,
        "data": {"object": {"id": "pi_1", "metadata": {}}},
    }
).encode()


class Inbox:
    """Keeps what is brought, as the server would hand it on."""

    def __init__(self) -> None:
        self.messages: list[tuple[Mapping[str, str], bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.messages.append((request.headers, await request.body()))
        await Response(status_code=202)(scope, receive, send)


@asynccontextmanager
async def telling() -> AsyncIterator[tuple[Setup, Inbox]]:
    """A stand-in that tells somebody."""
    inbox = Inbox()
    async with serving(inbox) as url, standing_in(webhook=url) as stripe:
        yield stripe, inbox


async def heard(stripe: Setup, inbox: Inbox) -> dict[str, Told]:
    """All that was told, by type."""
    await stripe.world.courier.flush()
    messages, inbox.messages = inbox.messages, []
    return {told.type: told for headers, body in messages for told in stripe.stripe.told(headers, body, stripe.at)}


def told_of(body: bytes, header: str, stripe: Stripe | None = None) -> Told:
    (told,) = (stripe or Stripe(opened())).told({"stripe-signature": header}, body, NOON)
    return told


async def test_a_charge_is_told_with_our_key_and_stripes_id() -> None:
    async with telling() as (stripe, inbox):
        key, charge_id = await stripe.charged()
        told = await heard(stripe, inbox)
    assert told["payment_intent.succeeded"] == Told(
        external_id="evt_000003",
        type="payment_intent.succeeded",
        account="",
        occurred_at=NOON,
        kind=SubjectKind.CHARGE,
        key=key,
        provider_id=charge_id,
    )
    kinds = {type: one.kind for type, one in told.items()}
    assert kinds == {
        "payment_intent.created": SubjectKind.NOTHING,
        "charge.succeeded": SubjectKind.NOTHING,
        "payment_intent.succeeded": SubjectKind.CHARGE,
    }


async def test_refunds_disputes_and_methods_are_told_by_their_ids() -> None:
    async with telling() as (stripe, inbox):
        _, charge_id = await stripe.charged("pm_card_createDisputeInquiry")
        refunding = Refunding(key=uuid4(), charge_id=charge_id, amount=Money(100, "EUR"), at=NOON)
        await stripe.stripe.refund(refunding)
        await stripe.kept("pm_card_visa")
        told = await heard(stripe, inbox)
    assert (told["refund.created"].kind, told["refund.created"].key) == (SubjectKind.REFUND, refunding.key)
    assert (told["charge.refunded"].kind, told["charge.refunded"].provider_id) == (SubjectKind.CHARGE, charge_id)
    dispute = told["charge.dispute.created"]
    assert (dispute.kind, dispute.key, dispute.provider_id) == (SubjectKind.CHARGEBACK, None, "dp_000001")
    assert told["payment_method.attached"].kind is SubjectKind.NOTHING


async def test_payouts_are_told_by_our_key_and_those_of_others_are_not_ours() -> None:
    async with telling() as (stripe, inbox):
        account = await stripe.payee()
        await stripe.charged()
        paying = PayingOut(key=uuid4(), amount=Money(100, "EUR"), method_token=account, at=NOON)
        await stripe.stripe.pay_out(paying)
        told = await heard(stripe, inbox)
        stripe.world.all("payout", account)[0]["metadata"] = {}
        stripe.world.settle()
        others = await heard(stripe, inbox)
    payout, payee = told["payout.created"], told["account.updated"]
    assert (payout.kind, payout.key, payout.provider_id, payout.account) == (
        SubjectKind.PAYOUT,
        paying.key,
        None,
        account,
    )
    assert (payee.kind, payee.provider_id, payee.account) == (SubjectKind.PAYEE, account, account)
    assert others["payout.paid"].kind is SubjectKind.NOTHING


async def test_a_subscription_is_told_by_all_that_concerns_it() -> None:
    async with telling() as (stripe, inbox):
        subscription = await begun(stripe)
        told = await heard(stripe, inbox)
        page = await stripe.stripe.charge(stripe.charge(None))
        assert isinstance(page, ActionRequired)
        await post(page.url, card="pm_card_visa")
        others = await heard(stripe, inbox)
    types = ("customer.subscription.created", "invoice.paid", "checkout.session.completed")
    for one in (told[type] for type in types):
        assert (one.kind, one.key) == (SubjectKind.SUBSCRIPTION, subscription.key)
        assert one.provider_id == subscription.subscription_id
    assert told["payment_intent.succeeded"].key is None
    assert others["checkout.session.completed"].kind is SubjectKind.CHARGE


def test_an_invoice_of_no_subscription_is_nothing_here() -> None:
    thing = {"object": "invoice", "id": "in_1", "metadata": {}, "parent": None}
    event = {"id": "evt_1", "type": "invoice.paid", "created": 1, "livemode": False, "data": {"object": thing}}
    body = json.dumps(event).encode()
    told = told_of(body, signature(SECRET, body, NOON))
    assert (told.kind, told.provider_id) == (SubjectKind.NOTHING, None)


@pytest.mark.parametrize("type", ["invoice.upcoming", "customer.updated", "radar.early_fraud_warning.created"])
def test_types_without_an_effect_are_kept_as_nothing(type: str) -> None:
    body = BODY.replace(b"payment_intent.succeeded", type.encode())
    assert told_of(body, signature(SECRET, body, NOON)).kind is SubjectKind.NOTHING


def test_each_of_two_secrets_is_good_while_one_takes_over() -> None:
    stripe = Stripe(opened(secrets=("whsec_new", SECRET)))
    for secret in ("whsec_new", SECRET):
        assert told_of(BODY, signature(secret, BODY, NOON), stripe).external_id == "evt_1"


def test_the_endpoints_of_the_platform_and_of_its_connected_accounts_have_a_secret_each() -> None:
    stripe = Stripe(opened(secrets=(f"{SECRET} whsec_connect",)))
    for secret in (SECRET, "whsec_connect"):
        assert told_of(BODY, signature(secret, BODY, NOON), stripe).external_id == "evt_1"


def test_what_stands_in_the_place_of_our_key_is_told() -> None:
    body = BODY.replace(b'"metadata": {}', b'"metadata": {"%s": "order 7"}' % KEY.encode())
    told = told_of(body, signature(SECRET, body, NOON))
    assert (told.key, told.odd_key) == (None, "order 7")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "nonsense",
        signature("whsec_of_others", BODY, NOON),
        signature("", BODY, NOON),
        signature(SECRET, BODY + b" ", NOON),
        signature(SECRET, BODY, NOON - timedelta(seconds=301)),
        signature(SECRET, BODY, NOON + timedelta(seconds=301)),
        signature(SECRET, BODY, NOON).replace("v1", "v0"),
        signature(SECRET, BODY, NOON) + ",t=1",
        signature(SECRET, BODY, NOON).replace("v1=", "v1=é"),
    ],
)
def test_what_is_not_signed_lately_with_our_secret_is_refused(header: str) -> None:
    with pytest.raises(NotGenuine):
        told_of(BODY, header)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_believed(secrets: tuple[str, ...]) -> None:
    with pytest.raises(NotGenuine):
        told_of(BODY, signature("", BODY, NOON), Stripe(opened(secrets=secrets)))


def test_a_message_of_300_seconds_ago_is_still_good() -> None:
    assert told_of(BODY, signature(SECRET, BODY, NOON - timedelta(seconds=300))).external_id == "evt_1"


def test_test_money_is_not_believed_where_money_is_real() -> None:
    live = Stripe(opened(is_live=True, key="sk_live_of_nobody"))
    with pytest.raises(NotGenuine, match="the other mode"):
        told_of(BODY, signature(SECRET, BODY, NOON), live)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"data": {"object": 1}}', BODY.replace(b"created", b"x")]
)
def test_what_is_genuine_and_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        told_of(body, signature(SECRET, body, NOON))

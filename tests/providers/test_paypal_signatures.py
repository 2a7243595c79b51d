"""Messages of PayPal are believed only with a signature, of now, by a certificate of PayPal's own."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.payment_methods import Provider
from integrations.careful import Careful
from integrations.opened import Opened
from integrations.paypal_payments import PayPal
from integrations.provider_events import NotGenuine
from standins.paypal.server import WEBHOOK_ID, PayPalStandIn
from standins.paypal.signing import PATH, signer
from tests.providers.paypal import Stage, event, headers_of, now, opened, told

Pair = tuple[PayPal, PayPalStandIn]


@pytest.fixture
async def paypal(paypal_stage: Stage) -> AsyncIterator[Pair]:
    async with paypal_stage.paypal() as pair:
        yield pair


@pytest.mark.parametrize(
    "changed",
    [
        {"paypal-transmission-sig": ""},
        {"paypal-transmission-sig": "AAAA"},
        {"paypal-transmission-sig": "not base64"},
        {"paypal-transmission-id": "another"},
        {"paypal-transmission-time": "yesterday"},
        {"paypal-transmission-time": "2026-03-02T12:00:00"},
        {"paypal-auth-algo": "SHA1withRSA"},
        {"paypal-cert-url": ""},
        {"paypal-cert-url": "https://[no-host"},
    ],
)
async def test_a_header_that_was_changed_is_not_genuine(paypal: Pair, changed: dict[str, str]) -> None:
    with pytest.raises(NotGenuine):
        await told(paypal, event(), **changed)


async def test_a_body_that_was_changed_is_not_genuine(paypal: Pair) -> None:
    adapter, standin = paypal
    headers = headers_of(standin, event())
    await adapter.prepare_told(headers)
    with pytest.raises(NotGenuine):
        adapter.told(headers, event(id="WH-2"), now())


@pytest.mark.parametrize("missing", ["id", "time", "sig"])
async def test_a_message_without_a_header_is_not_genuine(paypal: Pair, missing: str) -> None:
    adapter, standin = paypal
    headers = headers_of(standin, event())
    await adapter.prepare_told(headers)
    del headers[f"paypal-transmission-{missing}"]
    with pytest.raises(NotGenuine):
        adapter.told(headers, event(), now())


@pytest.mark.parametrize("seconds", [-400, 400])
async def test_a_message_of_another_time_is_not_genuine(paypal: Pair, seconds: int) -> None:
    adapter, standin = paypal
    headers = headers_of(standin, event(), now() + timedelta(seconds=seconds))
    await adapter.prepare_told(headers)
    with pytest.raises(NotGenuine):
        adapter.told(headers, event(), now())


async def test_a_message_for_another_webhook_is_not_genuine_and_an_older_id_of_ours_is(paypal: Pair) -> None:
    _, standin = paypal
    headers = headers_of(standin, event())
    for webhook_ids, is_genuine in (((), False), (("ANOTHER",), False), (("ANOTHER", WEBHOOK_ID), True)):
        adapter = PayPal(_with_webhooks(opened(standin), webhook_ids))
        await adapter.prepare_told(headers)
        try:
            assert bool(adapter.told(headers, event(), now())) is is_genuine
        except NotGenuine:
            assert not is_genuine
        await adapter.close()


def _with_webhooks(of: Opened, webhook_ids: tuple[str, ...]) -> Opened:
    return Opened(
        provider=of.provider, is_live=False, credentials=of.credentials, webhook_secrets=webhook_ids, database_url=""
    )


async def test_a_certificate_that_is_not_known_yet_proves_nothing(paypal: Pair) -> None:
    adapter, standin = paypal
    with pytest.raises(NotGenuine):
        adapter.told(headers_of(standin, event()), event(), now())


async def test_a_certificate_of_another_root_or_another_owner_proves_nothing(paypal: Pair) -> None:
    _, standin = paypal
    headers = headers_of(standin, event())
    for root in (signer("messages.paypal.com.evil.example").root, signer("another.paypal.com").root):
        adapter = PayPal(opened(standin, certificateAuthority=root))
        await adapter.prepare_told(headers)
        with pytest.raises(NotGenuine):
            adapter.told(headers, event(), now())
        await adapter.close()


async def test_the_public_roots_do_not_vouch_for_a_stand_in(paypal: Pair) -> None:
    _, standin = paypal
    credentials = {name: value for name, value in standin.credentials.items() if name != "certificateAuthority"}
    adapter = PayPal(
        Opened(
            provider=Provider.PAYPAL,
            is_live=False,
            credentials=credentials,
            webhook_secrets=(WEBHOOK_ID,),
            database_url="",
        )
    )
    headers = headers_of(standin, event())
    await adapter.prepare_told(headers)
    with pytest.raises(NotGenuine):
        adapter.told(headers, event(), now())
    await adapter.close()


@pytest.mark.parametrize(
    "place",
    [
        "http://127.0.0.1:9",
        "{address}@127.0.0.1:9",
        "{address}.evil.example",
    ],
)
async def test_certificates_are_fetched_from_paypal_alone(paypal: Pair, place: str) -> None:
    _, standin = paypal
    url = place.format(address=standin.account.address) + PATH
    with pytest.raises(NotGenuine):
        await told(paypal, event(), **{"paypal-cert-url": url})
    assert standin.certificates_shown == 0
    for query in ("?again", "#again", "/../CERT-1"):
        with pytest.raises(NotGenuine):
            await told(paypal, event(), **{"paypal-cert-url": f"{standin.account.address}{PATH}{query}"})
    assert standin.certificates_shown == 0
    await told(paypal, event())
    await told(paypal, event())
    assert standin.certificates_shown == 1


async def test_after_a_certificate_that_could_not_be_had_nothing_is_fetched_for_a_while(paypal: Pair) -> None:
    _, standin = paypal
    with pytest.raises(NotGenuine):
        await told(
            paypal, event(), **{"paypal-cert-url": f"{standin.account.address}/v1/notifications/certs/CERT-none"}
        )
    with pytest.raises(NotGenuine):
        await told(paypal, event())
    assert standin.certificates_shown == 0


async def test_a_live_account_never_asks_a_stand_in(paypal: Pair) -> None:
    _, standin = paypal
    live = Opened(
        provider=Provider.PAYPAL,
        is_live=True,
        credentials=standin.credentials,
        webhook_secrets=(WEBHOOK_ID,),
        database_url="",
    )
    adapter = PayPal(live)
    headers = headers_of(standin, event())
    await adapter.prepare_told(headers)
    with pytest.raises(NotGenuine):
        adapter.told(headers, event(), now())
    assert adapter.address == "https://api-m.paypal.com"
    assert standin.certificates_shown == 0
    await adapter.close()


async def test_the_care_around_the_adapter_fetches_the_proof_first(paypal: Pair) -> None:
    adapter, standin = paypal
    careful, headers = Careful(lambda: adapter), headers_of(standin, event())
    await careful.prepare_told(headers)
    assert [one.external_id for one in careful.told(headers, event(), now())] == ["WH-1"]

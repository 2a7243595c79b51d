"""Where Adyen's services are: real money and play money never get to the same place."""

from dataclasses import replace

import pytest

from integrations.adyen_payments.services import Service, url_of
from integrations.opened import Opened
from standins.adyen.world import World as Standin
from tests.providers.adyen import opened


def account(*, is_live: bool, address: str = "") -> Opened:
    changed = {"address": address, "liveUrlPrefix": "1797a841fbb37ca7-Acme"}
    return replace(opened(Standin(), "", **changed), is_live=is_live)


@pytest.mark.parametrize("service", Service)
def test_a_sandbox_asks_adyens_test_platform_or_a_stand_in(service: Service) -> None:
    assert "-test.adyen.com/" in url_of(service, account(is_live=False))
    at_stand_in = url_of(service, account(is_live=False, address="http://127.0.0.1:12112/"))
    assert at_stand_in == f"http://127.0.0.1:12112{service.value}"


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:12112"])
def test_production_asks_adyens_live_platform_whatever_address_is_given(address: str) -> None:
    urls = {service: url_of(service, account(is_live=True, address=address)) for service in Service}
    assert urls == {
        Service.CHECKOUT: "https://1797a841fbb37ca7-Acme-checkout-live.adyenpayments.com/checkout/v71",
        Service.TRANSFERS: "https://balanceplatform-api-live.adyen.com/btl/v4",
        Service.ACCOUNTS: "https://balanceplatform-api-live.adyen.com/bcl/v2",
        Service.LEGAL_ENTITIES: "https://kyc-live.adyen.com/lem/v3",
        Service.DISPUTES: "https://ca-live.adyen.com/ca/services/DisputeService/v30",
        Service.REPORTS: "https://ca-live.adyen.com/reports/download/MerchantAccount",
    }

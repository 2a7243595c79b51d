"""Settings: where the platform says that it is reached, and what it reaches."""

import pytest

from server.settings import CannotRun, Settings


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8001"}, "http://127.0.0.1:8001"),
        ({"PORT": "0"}, "http://127.0.0.1:8000"),
        ({"PORT": "8001", "MILEPOST_ISSUER": "https://milepost.example/"}, "https://milepost.example"),
    ],
)
def test_links_lead_to_the_port_that_is_served_unless_another_address_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], address: str
) -> None:
    for name in ("PORT", "MILEPOST_ISSUER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings.read().issuer == address


@pytest.mark.parametrize("url", ["nats://bus.internal:4222", "tls://milepost:geheim@a.internal,tls://b.internal"])
def test_a_bus_is_one_broker_or_several_of_a_cluster(url: str) -> None:
    assert Settings.read({"MILEPOST_BUS_URL": url}).bus_url == url
    assert Settings.read({}).bus_url is None


@pytest.mark.parametrize("url", ["redis://bus.internal", "nats://", "nats://a.internal,b.internal"])
def test_what_is_no_address_of_a_broker_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(CannotRun) as refusal:
        Settings.read({"MILEPOST_BUS_URL": url})
    assert str(refusal.value) == (
        "MILEPOST_BUS_URL takes the address of a NATS server with JetStream, as nats://bus.internal:4222."
    )

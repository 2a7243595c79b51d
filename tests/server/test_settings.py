"""Settings: where the platform says that it is reached."""

import pytest

from server.settings import Settings


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

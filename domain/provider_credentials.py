"""What each provider's account needs to be reached, and how it can be seen that something is the wrong thing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.checks import Checks
from domain.payment_methods import Provider
from domain.provider_accounts import ProviderMode

_TEST, _LIVE = ProviderMode.SANDBOX, ProviderMode.LIVE
_BOTH = (_TEST, _LIVE)
LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One value by its name, and what it looks like: a value of the other mode looks otherwise."""

    name: str
    modes: tuple[ProviderMode, ...] = _BOTH
    is_optional: bool = False
    looks: str = r"\S.*"
    wanted: str = "takes a value"

    def problem_with(self, value: str) -> str | None:
        if len(value) > LONGEST or not re.fullmatch(self.looks, value, re.DOTALL):
            return f"{self.name} {self.wanted}."
        return None


def _key_of_stripe(mode: ProviderMode, word: str) -> Credential:
    named = "its test mode" if mode is _TEST else "its live mode"
    wanted = f"takes a secret key of {named} here: sk_{word}_... or rk_{word}_..."
    return Credential(name="secretKey", modes=(mode,), looks=rf"(sk|rk)_{word}_\w+", wanted=wanted)


_ADDRESS = Credential(
    name="address",
    modes=(_TEST,),
    is_optional=True,
    looks=r"https?://[^\s/]+",
    wanted="takes the address of a stand-in, as http://127.0.0.1:12111",
)

CREDENTIALS: Mapping[Provider, tuple[Credential, ...]] = {
    Provider.STRIPE: (_key_of_stripe(_TEST, "test"), _key_of_stripe(_LIVE, "live"), _ADDRESS),
    Provider.ADYEN: (
        Credential(name="apiKey"),
        Credential(name="merchantAccount"),
        Credential(name="balanceAccount"),
        Credential(name="balancePlatformApiKey", is_optional=True),
        Credential(name="kycApiKey", is_optional=True),
        Credential(name="reportApiKey", is_optional=True),
        Credential(
            name="liveUrlPrefix",
            modes=(_LIVE,),
            looks=r"[A-Za-z0-9-]+",
            wanted="takes the prefix of the account's own addresses, as 1797a841fbb37ca7-Company",
        ),
        _ADDRESS,
    ),
    Provider.PAYPAL: (
        Credential(name="clientId"),
        Credential(name="clientSecret"),
        Credential(
            name="certificateAuthority",
            modes=(_TEST,),
            is_optional=True,
            looks=r"-----BEGIN CERTIFICATE-----.+",
            wanted="takes the root certificate of a stand-in, as PEM",
        ),
        _ADDRESS,
    ),
}

_WEBHOOK_SECRETS: Mapping[Provider, tuple[str, str]] = {
    Provider.STRIPE: (
        r"whsec_\w+( whsec_\w+)*",
        "takes the signing secrets of its endpoints, with spaces in between: whsec_...",
    ),
    Provider.ADYEN: (
        r"([0-9A-Fa-f]{2}){16,}( ([0-9A-Fa-f]{2}){16,})*",
        "takes the HMAC keys of its webhooks, in hexadecimal digits, with spaces in between",
    ),
    Provider.PAYPAL: (r"\w{5,64}", "takes the id of the webhook"),
}


def declared(provider: Provider, mode: ProviderMode) -> list[Credential]:
    """What an account of the provider has in a mode."""
    return [one for one in CREDENTIALS.get(provider, ()) if mode in one.modes]


def by_name(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Names with their values; refuses INVALID a name that is given twice."""
    named = {one["name"]: one["value"] for one in given}
    checks = Checks()
    checks.require(len(named) == len(given), "Give each credential once.", "credentials")
    checks.refuse()
    return named


def check_credentials(provider: Provider, mode: ProviderMode, given: Mapping[str, str]) -> None:
    """Refuses INVALID with all that is missing, unknown, or of the other mode. No message holds a value."""
    checks = Checks()
    checks.require(provider in CREDENTIALS, "The simulator needs no account.", "provider")
    known = {one.name: one for one in declared(provider, mode)}
    missing = [one.name for one in known.values() if not one.is_optional and one.name not in given]
    checks.require(not missing, f"{', '.join(missing)} wanted.", "credentials")
    for name, value in given.items():
        if name not in known:
            names = ", ".join(known) or "none"
            checks.require(False, f"{name} is not among the credentials here: {names}.", "credentials")
        elif problem := known[name].problem_with(value):
            checks.require(False, problem, "credentials")
    checks.refuse()


def check_webhook_secret(provider: Provider, secret: str) -> None:
    looks, wanted = _WEBHOOK_SECRETS[provider]
    checks = Checks()
    checks.require(re.fullmatch(looks, secret) is not None, f"The webhook secret {wanted}.", "webhookSecret")
    checks.refuse()

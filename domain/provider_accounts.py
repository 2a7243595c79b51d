"""Accounts at providers: with which credentials a deployment moves money, in a sandbox or for real."""

from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from domain.payment_methods import Provider
from domain.refusals import Refused, wrong_state


class ProviderMode(Enum):
    """Whether a deployment moves real money. A process only ever reads the accounts of its own mode."""

    SANDBOX = "SANDBOX"
    LIVE = "LIVE"


class ProviderAccountStatus(Enum):
    """Whether new charges and payouts go through an account. What was begun is carried on either way."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


_PLACES = {ProviderMode.SANDBOX: "this sandbox", ProviderMode.LIVE: "production"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The way to a provider: its sealed credentials, or none where it needs no account or is not set up."""

    provider: Provider
    mode: ProviderMode
    account_id: UUID | None = None
    sealed: str | None = field(default=None, repr=False)
    webhooks_sealed: tuple[str, ...] = field(default=(), repr=False)
    """The newest first; more than one while an old one is still good."""
    version: int = 0

    @property
    def is_set_up(self) -> bool:
        """The simulator needs no account; it moves no money, so that only a sandbox has it."""
        if self.provider is Provider.SIMULATOR:
            return self.mode is ProviderMode.SANDBOX
        return self.account_id is not None

    @property
    def owner(self) -> bytes:
        """What its secrets are sealed for: they cannot be moved to another provider, mode or account."""
        return f"{self.provider.name}:{self.mode.name}:{self.account_id}".encode()


def not_set_up(provider: Provider, mode: ProviderMode) -> Refused:
    """Why nothing moves through a provider."""
    title = provider.title[0].upper() + provider.title[1:]
    return wrong_state(f"{title} is not set up in {_PLACES[mode]}.", from_state="NOT_SET_UP")

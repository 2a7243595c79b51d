"""Accounts at providers: with which credentials a deployment moves money, in a sandbox or for real."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.ids import new_id
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful

OLD_SECRET_FOR = timedelta(hours=24)


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
        return owner_of(self.provider, self.mode, self.account_id)


def owner_of(provider: Provider, mode: ProviderMode, account_id: UUID | None) -> bytes:
    """What secrets are sealed for: they cannot be moved to another provider, mode or account."""
    return f"{provider.name}:{mode.name}:{account_id}".encode()


_S, _STAFF = ProviderAccountStatus, Permission.STAFF_MONEY


@dataclass(eq=False, kw_only=True)
class ProviderAccount(Stateful):
    """The platform's account at a provider in one mode. What opens it is sealed, and never comes out again."""

    SUBJECT: ClassVar[str] = "provider_account"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("configureProvider", (_S.DISABLED,), _S.ACTIVE, Side.STAFF, _STAFF),
        Move("rotateProviderCredentials", (_S.ACTIVE, _S.DISABLED), None, Side.STAFF, _STAFF),
        Move("rotateProviderWebhookSecret", (_S.ACTIVE, _S.DISABLED), None, Side.STAFF, _STAFF),
        Move("disableProvider", (_S.ACTIVE,), _S.DISABLED, Side.STAFF, _STAFF),
    )

    id: UUID
    provider: Provider
    mode: ProviderMode
    sealed: str = ""
    credential_names: list[str] = field(default_factory=list)
    credentials_set_at: datetime
    webhook_sealed: str | None = None
    webhook_set_at: datetime | None = None
    old_webhook_sealed: str | None = None
    old_webhook_until: datetime | None = None
    status: ProviderAccountStatus = field(init=False)

    @property
    def has_webhook_secret(self) -> bool:
        return self.webhook_sealed is not None

    @property
    def owner(self) -> bytes:
        return owner_of(self.provider, self.mode, self.id)

    def access(self, real: datetime) -> Access:
        is_old_good = self.old_webhook_until is not None and real < self.old_webhook_until
        secrets = (self.webhook_sealed, self.old_webhook_sealed if is_old_good else None)
        return Access(
            provider=self.provider,
            mode=self.mode,
            account_id=self.id,
            sealed=self.sealed,
            webhooks_sealed=tuple(secret for secret in secrets if secret is not None),
            version=self.version,
        )

    def keep_credentials(self, sealed: str, names: list[str], *, by: Actor, at: datetime) -> None:
        """From here on the account is opened with these alone."""
        self.check("rotateProviderCredentials", by=by)
        self.sealed, self.credential_names, self.credentials_set_at = sealed, names, at
        self.record("credentials_rotated", by=by, at=at)

    def keep_webhook_secret(self, sealed: str, *, real: datetime, by: Actor, at: datetime) -> None:
        """The one so far stays good for a day: what was signed with it may still be on its way."""
        self.check("rotateProviderWebhookSecret", by=by)
        if self.webhook_sealed is not None:
            self.old_webhook_sealed, self.old_webhook_until = self.webhook_sealed, real + OLD_SECRET_FOR
        self.webhook_sealed, self.webhook_set_at = sealed, at
        self.record("webhook_secret_rotated", by=by, at=at)

    def enable(self, *, by: Actor, at: datetime) -> None:
        self.move_to("configureProvider", by=by, at=at)
        self.record("enabled", by=by, at=at)

    def disable(self, *, by: Actor, at: datetime) -> None:
        """No new money moves through it; what was begun is carried on."""
        self.move_to("disableProvider", by=by, at=at)
        self.record("disabled", by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        """It has no sides: staff decide."""
        return None

    def concerned_organizations(self) -> tuple[UUID, ...]:
        return ()


def configured(provider: Provider, mode: ProviderMode, *, by: Actor, at: datetime) -> ProviderAccount:
    """A new account, still without what opens it."""
    account = ProviderAccount(id=new_id(), provider=provider, mode=mode, credentials_set_at=at)
    account.born(_S.ACTIVE, action="configureProvider", by=by, at=at)
    account.record("configured", by=by, at=at)
    return account


def not_set_up(provider: Provider, mode: ProviderMode) -> Refused:
    """Why nothing moves through a provider."""
    title = provider.title[0].upper() + provider.title[1:]
    return wrong_state(f"{title} is not set up in {_PLACES[mode]}.", from_state="NOT_SET_UP")

"""Signing keys: which one signs when, and until when partners find it published. On real time, as the tokens are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from domain.ids import new_id
from domain.refusals import conflict

ROTATED_EVERY = timedelta(days=30)
PUBLISHED_BEFORE = timedelta(hours=24)
"""So long before it first signs, so that everybody has it by then."""
KEPT_AFTER = timedelta(hours=48)
"""So long after it has signed last: longer than anything that it has signed is good."""


class SigningAlgorithm(Enum):
    """How tokens of people who sign in to apps are signed."""

    ES256 = "ES256"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new pair: the public half as JWK, the private one sealed."""

    kid: str
    public_jwk: Mapping[str, str]
    sealed_private_key: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class SigningKey:
    """Signs from `activated_at` until `retired_at`, when its successor begins."""

    id: UUID
    kid: str
    algorithm: SigningAlgorithm
    public_jwk: dict[str, str]
    sealed_private_key: str = field(repr=False)
    published_at: datetime
    activated_at: datetime
    retired_at: datetime | None = None

    def is_over(self, real: datetime) -> bool:
        """Whether nothing that it has signed is good any more."""
        return self.retired_at is not None and self.retired_at + KEPT_AFTER <= real


def signer(keys: Sequence[SigningKey], real: datetime) -> SigningKey:
    """The key whose time it is, of those there are in the order in which they begin. The first one ever also signs for
    whoever came a moment before it."""
    return next((one for one in reversed(keys) if one.activated_at <= real), keys[0])


def is_due(keys: Sequence[SigningKey], real: datetime) -> bool:
    """Whether there has to be another key: there is none, or the newest one's successor is to be published now."""
    newest = _newest(keys)
    return newest is None or newest.activated_at + ROTATED_EVERY - PUBLISHED_BEFORE <= real


def follow(keys: Sequence[SigningKey], pair: KeyPair, *, real: datetime) -> SigningKey:
    """Publishes the key that comes after the newest, at its time; the very first signs at once."""
    newest = _newest(keys)
    begins = real if newest is None else max(newest.activated_at + ROTATED_EVERY, real + PUBLISHED_BEFORE)
    return _appended(newest, pair, begins, real)


def rotate(keys: Sequence[SigningKey], pair: KeyPair, *, real: datetime) -> SigningKey:
    """Publishes a key that signs a day from now. CONFLICT while one is on its way already."""
    newest = _newest(keys)
    if newest is not None and newest.activated_at > real:
        raise conflict(f"The next key signs from {newest.activated_at:%Y-%m-%d %H:%M} UTC on already.")
    return _appended(newest, pair, real if newest is None else real + PUBLISHED_BEFORE, real)


def replace_all(pair: KeyPair, *, real: datetime) -> SigningKey:
    """The key that takes over at once where somebody else may have the others."""
    return _appended(None, pair, real, real)


def _appended(newest: SigningKey | None, pair: KeyPair, begins: datetime, real: datetime) -> SigningKey:
    if newest is not None:
        newest.retired_at = begins
    return SigningKey(
        id=new_id(),
        kid=pair.kid,
        algorithm=SigningAlgorithm.ES256,
        public_jwk=dict(pair.public_jwk),
        sealed_private_key=pair.sealed_private_key,
        published_at=real,
        activated_at=begins,
    )


def _newest(keys: Sequence[SigningKey]) -> SigningKey | None:
    return max(keys, key=lambda one: one.activated_at, default=None)

"""Sessions: a signed-in person on one device, acting for one organization at a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class Session:
    """Read at every request, so that a revocation holds from the next one on. Only the token's SHA-256 is kept."""

    id: UUID
    user_id: UUID
    active_organization_id: UUID | None
    token_hash: bytes
    ip: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    idle_expires_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoke_reason: str | None


class SignInOutcome(Enum):
    """How an attempt to sign in ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    LIMITED = "LIMITED"


@dataclass(eq=False, kw_only=True)
class SignInEvent:
    """One attempt to sign in; the address is kept as a hash, so that attempts on unknown ones count too."""

    id: UUID
    user_id: UUID | None
    email_hash: bytes
    ip: str
    user_agent: str
    outcome: SignInOutcome
    at: datetime

"""Webhooks of the simulator: how they are signed, and what they say once they are believed."""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from integrations.provider_events import NotGenuine, SubjectKind, Told, Unreadable

HEADER = "simulator-signature"
OFF_BY_AT_MOST = timedelta(seconds=300)

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The value of the header `Simulator-Signature`."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_signed(secret, seconds, body)}"


def told(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, real: datetime) -> Told:
    """What a webhook says, if one of the secrets has signed it within the last five minutes."""
    found = _SIGNATURE.fullmatch(headers.get(HEADER, ""))
    if found is None:
        raise NotGenuine("The header Simulator-Signature is missing, or is not t=…,v1=….")
    seconds = int(found[1])
    if abs(real - datetime.fromtimestamp(seconds, UTC)) > OFF_BY_AT_MOST:
        raise NotGenuine("The webhook was signed more than 300 seconds from now.")
    if not any(hmac.compare_digest(_signed(secret, seconds, body), found[2]) for secret in secrets if secret):
        raise NotGenuine("The signature does not fit the body.")
    return _read(body)


def _signed(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, "sha256").hexdigest()


def _read(body: bytes) -> Told:
    try:
        said = json.loads(body)
        return Told(
            external_id=str(said["id"]),
            type=str(said["type"]),
            account="",
            occurred_at=datetime.fromisoformat(said["occurredAt"]),
            kind=SubjectKind(said["kind"]),
            key=None if said["key"] is None else UUID(said["key"]),
            provider_id=str(said["subject"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"This is no event of the simulator: {error!r}.") from error

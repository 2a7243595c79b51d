"""Signing keys as staff rotate them."""

from datetime import datetime

import strawberry

from domain import signing_keys as domain
from domain.permissions import Permission
from domain.signing_keys import SigningAlgorithm
from resolvers import signing_keys as resolve
from resolvers.cross_app_sessions import prepare_desk
from schema.enums import describe
from schema.inputs import optional
from schema.mutations import mutation
from schema.shapes import plain, shows

describe(
    SigningAlgorithm,
    "How tokens of cross-app sessions are signed.",
    ES256="ECDSA with P-256 and SHA-256 (RFC 7518).",
)


@shows(
    domain.SigningKey, "A key that signs tokens of cross-app sessions. Its public half is in /.well-known/jwks.json."
)
class SigningKey:
    kid: str = plain("What it is called in the header of tokens: its thumbprint (RFC 7638).")
    algorithm: SigningAlgorithm = plain("How it signs.")
    published_at: datetime = plain("Since when it is published.")
    activated_at: datetime = plain("When it begins to sign.")
    retired_at: datetime | None = plain("When its successor takes over; null where none is on its way.")


@strawberry.type
class SigningKeyMutations:
    rotate_signing_key = mutation(
        resolve.rotate_signing_key,
        "Publishes the next signing key before its time; it signs from 24 hours later on. CONFLICT while one is on its"
        " way.",
        needs=Permission.STAFF_OPS,
        takes={
            "is_compromised": optional(
                bool,
                "Somebody else may have the keys: all of them are withdrawn and a new one signs at once. Whatever they"
                " have signed is worth nothing; sessions go on with their next refresh. False unless said.",
                False,
            )
        },
        gives={"signing_key": (SigningKey, "The new key.")},
        prepare=prepare_desk,
    )

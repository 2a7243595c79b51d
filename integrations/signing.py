"""Signing: tokens that tell an app who somebody is (JWT by ES256), and the public keys that it checks them with."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from domain.signing_keys import KeyPair, SigningAlgorithm, SigningKey
from integrations.vault import Vault

_ALGORITHM = SigningAlgorithm.ES256.value
_CLAIMS = ("iss", "aud", "sub", "org", "sid", "perms", "jti", "iat", "exp")

# The libraries are loaded with the first key: they take 8 MB, and many a process never meets one.


def new_pair(vault: Vault) -> KeyPair:
    """A key on the curve P-256; it is called by its thumbprint (RFC 7638)."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from jwt.algorithms import ECAlgorithm

    private_key = generate_private_key(SECP256R1())
    public = ECAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    jwk = {name: str(public[name]) for name in ("crv", "kty", "x", "y")}
    thumbprint = hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest()
    kid = base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")
    content = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return KeyPair(kid, jwk, vault.seal(content, kid.encode()))


def signed(claims: Mapping[str, Any], key: SigningKey, vault: Vault) -> str:
    """The claims as a token."""
    import jwt
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    private_key: Any = load_der_private_key(vault.open(key.sealed_private_key, key.kid.encode()), password=None)
    return jwt.encode(dict(claims), private_key, algorithm=_ALGORITHM, headers={"kid": key.kid})


def verified(token: str, keys: Iterable[SigningKey], *, issuer: str, audience: str) -> Mapping[str, Any] | None:
    """The claims of a token that one of the keys has signed for that app and that is not over; None for any other."""
    import jwt

    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next((one for one in keys if one.kid == kid), None)
        if key is None:
            return None
        claims: Mapping[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(key.public_jwk, algorithm=_ALGORITHM),
            algorithms=[_ALGORITHM],
            issuer=issuer,
            audience=audience,
            options={"require": list(_CLAIMS)},
        )
    except jwt.InvalidTokenError:
        return None
    return claims


def jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """The public keys as RFC 7517 has them."""
    return {"keys": [{**one.public_jwk, "kid": one.kid, "alg": _ALGORITHM, "use": "sig"} for one in keys]}

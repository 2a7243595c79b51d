"""The vault: secrets that have to be read again are encrypted with keys that are not in the database."""

import base64
import binascii
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

KEY_BYTES, _NONCE_BYTES = 32, 12
_SIGNING = b"a key for signing"


class VaultError(RuntimeError):
    """A secret cannot be read, or a key is none. The message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Vault:
    """AES-256-GCM. The first key seals; the others still open what was sealed when they were first."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Keys as settings have them: `name:base64` for each, with commas between, the newest first."""
        pairs = [one.strip().partition(":") for one in text.split(",")]
        names = {name for name, _, _ in pairs}
        if len(names) < len(pairs) or not all(name.isascii() and name.isalnum() for name in names):
            raise VaultError(
                "takes keys with names of letters and digits, each its own: first:$(openssl rand -base64 32)"
            )
        return cls({name: _key(name, encoded) for name, _, encoded in pairs})

    @classmethod
    def in_file(cls, file: Path) -> Self:
        """The keys of a file that only its owner can read; one is made where there is none."""
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_name(f"{file.name}.{os.urandom(8).hex()}")
            unfinished.touch(mode=0o600)
            unfinished.write_text(f"first:{new_key()}\n", "ascii")
            # Of several processes that start at once one makes the file; a link never replaces it.
            try:
                file.hardlink_to(unfinished)
            except FileExistsError:
                pass
            finally:
                unfinished.unlink()
        return cls.of(file.read_text("ascii").strip())

    @classmethod
    def passing(cls) -> Self:
        """A key that nobody keeps: what it seals is lost with the process."""
        return cls.of(f"passing:{new_key()}")

    def seal(self, secret: bytes, owner: bytes) -> str:
        """The secret, readable only together with its owner's id: it cannot be moved to somebody else's row."""
        # Loaded with the first secret: it takes 8 MB, and many a process never meets one.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        name, key = next(iter(self.keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + AESGCM(key).encrypt(nonce, secret, owner)
        return f"{name}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, owner: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        name, _, encoded = sealed.partition(":")
        if name not in self.keys:
            raise VaultError(f"a secret was sealed with the key {name!r}, which MILEPOST_SECRET_KEYS does not have")
        content = base64.b64decode(encoded)
        try:
            return AESGCM(self.keys[name]).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], owner)
        except InvalidTag as error:
            raise VaultError(
                f"a secret cannot be opened with the key {name!r}: is it another key of that name?"
            ) from error

    def is_outdated(self, sealed: str) -> bool:
        """Whether it was sealed with a key that has been followed by a newer one."""
        return sealed.partition(":")[0] != next(iter(self.keys))

    def fingerprints(self, secret: str, owner: bytes) -> Sequence[bytes]:
        """What is kept of short secrets: it cannot be guessed at without the key. The newest key's first."""
        return [hmac.digest(key, owner + secret.encode(), "sha256") for key in self.keys.values()]

    def signed(self, message: bytes) -> "Signed":
        """By a key made of the newest one (Ed25519): its public half is the same wherever the vault is."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        name, key = next(iter(self.keys.items()))
        private_key = Ed25519PrivateKey.from_private_bytes(hmac.digest(key, _SIGNING, "sha256"))
        public_key = private_key.public_key().public_bytes_raw()
        return Signed(name, public_key, private_key.sign(message))


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, with the name of the key in the vault and what it is checked with."""

    key: str
    public_key: bytes
    signature: bytes


@dataclass(slots=True)
class _Process:
    vault: Vault | None = None


_process = _Process()


def use_vault(vault: Vault) -> None:
    """Says once, where a process starts, with what its jobs and requests seal."""
    _process.vault = vault


def vault_in_use() -> Vault:
    """The process's own; where nobody has said, one with a key that is lost with the process."""
    if _process.vault is None:
        _process.vault = Vault.passing()
    return _process.vault


def new_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _key(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise VaultError(f"holds the key {name!r}, which is not in base64") from error
    if len(key) != KEY_BYTES:
        raise VaultError(f"holds the key {name!r}, which has {len(key)} bytes instead of {KEY_BYTES}")
    return key

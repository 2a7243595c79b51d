"""The vault: what only its keys open, keys that follow each other, and the file that keeps them by default."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integrations.vault import Vault, VaultError, new_key

OLD, NEW = f"old:{new_key()}", f"new:{new_key()}"
ADA, BOB = b"ada", b"bob"


def test_what_is_sealed_opens_again_and_never_looks_the_same() -> None:
    vault = Vault.of(OLD)
    first, second = vault.seal(b"secret", ADA), vault.seal(b"secret", ADA)
    assert first != second
    assert vault.open(first, ADA) == vault.open(second, ADA) == b"secret"


def test_a_secret_does_not_open_in_somebody_elses_row() -> None:
    vault = Vault.of(OLD)
    with pytest.raises(VaultError, match="cannot be opened"):
        vault.open(vault.seal(b"secret", ADA), BOB)


def test_an_older_key_still_opens_and_what_it_sealed_is_known_to_be_outdated() -> None:
    before, after = Vault.of(OLD), Vault.of(f"{NEW}, {OLD}")
    sealed = before.seal(b"secret", ADA)
    assert after.open(sealed, ADA) == b"secret"
    assert (before.is_outdated(sealed), after.is_outdated(sealed)) == (False, True)
    assert not after.is_outdated(after.seal(b"secret", ADA))
    assert before.fingerprints("code", ADA)[0] in after.fingerprints("code", ADA)


def test_without_its_key_a_secret_stays_shut_and_the_error_says_which_key_is_missing() -> None:
    with pytest.raises(VaultError, match="the key 'old', which MILEPOST_SECRET_KEYS does not have"):
        Vault.of(NEW).open(Vault.of(OLD).seal(b"secret", ADA), ADA)


def test_fingerprints_differ_by_owner_and_by_key() -> None:
    vault = Vault.of(f"{NEW},{OLD}")
    assert len({*vault.fingerprints("code", ADA), *vault.fingerprints("code", BOB)}) == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "each its own"),
        (f"{OLD},{OLD}", "each its own"),
        ("a b:" + new_key(), "each its own"),
        ("old:no base64", "not in base64"),
        ("old:c2hvcnQ=", "has 5 bytes instead of 32"),
    ],
    ids=["none", "twice", "a name with a space", "no base64", "too short"],
)
def test_what_is_no_key_is_refused_and_why(text: str, problem: str) -> None:
    with pytest.raises(VaultError, match=problem):
        Vault.of(text)


def test_the_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.keys"
    with ThreadPoolExecutor(8) as threads:
        vaults = list(threads.map(Vault.in_file, [file] * 8))
    assert len({next(iter(vault.keys.values())) for vault in vaults}) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]

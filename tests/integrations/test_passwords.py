"""Hashing and comparing passwords."""

import asyncio

import pytest

from domain.outside import unit_is_open
from integrations.passwords import Cost, Passwords

CHEAP = Cost(memory_kib=64, passes=1)


async def test_a_hash_is_argon2id_of_the_agreed_cost_and_never_the_same_twice() -> None:
    passwords = Passwords()
    one, other = await asyncio.gather(passwords.hashed("a long sentence"), passwords.hashed("a long sentence"))
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other


async def test_only_the_same_password_matches() -> None:
    passwords = Passwords(cost=CHEAP)
    stored = await passwords.hashed("a long sentence")
    assert await passwords.matches(stored, "a long sentence") is True
    assert await passwords.matches(stored, "a long sentence ") is False


async def test_nobodys_password_and_broken_hashes_match_nothing() -> None:
    passwords = Passwords(cost=CHEAP)
    assert await passwords.matches(None, "a long sentence") is False
    assert await passwords.matches("none", "a long sentence") is False


async def test_a_hash_is_outdated_when_the_cost_has_risen_not_when_it_has_fallen() -> None:
    stored = await Passwords(cost=CHEAP).hashed("a long sentence")
    assert Passwords(cost=Cost(memory_kib=128, passes=1)).is_outdated(stored) is True
    assert Passwords(cost=Cost(memory_kib=64, passes=2)).is_outdated(stored) is True
    assert Passwords(cost=CHEAP).is_outdated(stored) is False
    assert Passwords(cost=Cost(memory_kib=32, passes=1)).is_outdated(stored) is False


async def test_no_transaction_waits_for_a_hash() -> None:
    token = unit_is_open.set(True)
    try:
        with pytest.raises(AssertionError, match="inside a unit of work"):
            await Passwords(cost=CHEAP).hashed("a long sentence")
    finally:
        unit_is_open.reset(token)

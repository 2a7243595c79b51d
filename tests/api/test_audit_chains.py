"""Chains of the audit log: that nothing in them can be changed, and that whatever was changed nevertheless is found."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text

from domain.audit_entries import NOBODYS
from domain.permissions import StaffRole
from integrations.archive import FolderArchive
from jobs.audit import anchor
from persistence.tables.audit import audit_chains
from persistence.tables.platform import clock
from persistence.unit import REPEATED
from server.audit import check_audit_command
from tests.makers.audit import entries_for, tamper, verified, written
from tests.makers.parties import make_parties
from tests.makers.rows import count, write
from tests.world import Caller, Person, World

VERIFY = "query($id: ID) { verifyAuditChain(ownerId: $id) { isIntact firstBrokenSeq entryCount headHash } }"


async def make_chain(world: World, length: int) -> Person:
    """Somebody whose organization has a chain of that length."""
    client = await world.client_side()
    for number in range(length):
        await client.do("createGig", "gig { id }", title=f"Gig {number}", currency="EUR")
    return client


async def test_an_entry_that_was_edited_is_the_first_broken_one(world: World) -> None:
    client = await make_chain(world, 50)
    whole = (await client.ask(VERIFY))["verifyAuditChain"]
    assert (whole["isIntact"], whole["firstBrokenSeq"], whole["entryCount"]) == (True, None, "50")
    await tamper(
        world,
        "UPDATE audit_entries SET change = jsonb_set(change, '{input,currency}', '\"USD\"')"
        " WHERE chain_id = $1 AND seq = 41",
        client.organization_id,
    )
    found = (await client.ask(VERIFY))["verifyAuditChain"]
    assert (found["isIntact"], found["firstBrokenSeq"], found["entryCount"]) == (False, "41", "40")


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entries SET action = 'publishGig' WHERE chain_id = $1 AND seq = 2", 2),
        ("UPDATE audit_entries SET actor_user_id = NULL WHERE chain_id = $1 AND seq = 3", 3),
        ("UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE chain_id = $1 AND seq = 1", 1),
        ("UPDATE audit_entries SET change = NULL WHERE chain_id = $1 AND seq = 4", 4),
        ("UPDATE audit_entries SET ip = '::1' WHERE chain_id = $1 AND seq = 5", 5),
        ("DELETE FROM audit_entries WHERE chain_id = $1 AND seq = 3", 3),
        ("DELETE FROM audit_entries WHERE chain_id = $1 AND seq = 5", 5),
        ("DELETE FROM audit_entries WHERE chain_id = $1", 1),
        ("UPDATE audit_chains SET seq = 4 WHERE id = $1", 6),
        ("DELETE FROM audit_chains WHERE id = $1", 6),
    ],
)
async def test_whatever_is_changed_with_a_superusers_rights_is_found(world: World, statement: str, broken: int) -> None:
    client = await make_chain(world, 5)
    await tamper(world, statement, client.organization_id)
    assert (await verified(world, client.organization_id)).first_broken_seq == broken


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'x'",
        "UPDATE audit_entries SET change = NULL",
        "UPDATE audit_chains SET seq = 1",
        "UPDATE audit_chains SET hash = prev_hash",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_chains",
        "TRUNCATE audit_entries",
        "TRUNCATE audit_chains",
        "TRUNCATE audit_roots",
    ],
)
async def test_the_database_lets_nobody_change_the_log(world: World, statement: str) -> None:
    await make_chain(world, 2)
    connection = await asyncpg.connect(world.database.url)
    try:
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_owners_that_are_no_superusers_lack_the_rights_to_change_the_log(world: World) -> None:
    async with world.database.connection() as connection:
        rows = await connection.execute(
            text("SELECT relname, privilege_type FROM pg_class, aclexplode(relacl) WHERE relname LIKE 'audit%'")
        )
        granted = {tuple(row) for row in rows}
    refused = {("audit_chains", one) for one in ("DELETE", "TRUNCATE")}
    refused |= {(table, one) for table in ("audit_entries", "audit_roots") for one in ("UPDATE", "DELETE", "TRUNCATE")}
    assert granted.isdisjoint(refused)
    assert granted >= {("audit_entries", "INSERT"), ("audit_chains", "UPDATE")}


async def test_fifty_mutations_at_once_are_numbered_without_gap_and_without_a_deadlock(world: World) -> None:
    client, repeated = await world.client_side(), REPEATED.total()
    made = [client.do("createGig", "gig { id }", title=f"Gig {number}", currency="EUR") for number in range(50)]
    await asyncio.gather(*made)
    assert [one.seq for one in await written(world, client.organization_id)] == list(range(1, 51))
    assert (await verified(world, client.organization_id)).is_intact
    assert REPEATED.total() == repeated


async def test_every_mutation_has_exactly_one_entry_and_every_chain_verifies(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, attempt = list[str](), Caller.attempt

    async def counted(caller: Caller, mutation: str, select: str, **input: object) -> dict[str, object]:
        result = await attempt(caller, mutation, select, **input)
        if "code" not in result:
            done.append(mutation)
        return result

    monkeypatch.setattr(Caller, "attempt", counted)
    await make_parties(world)
    await world.settle()
    entries = await written(world)
    kept = [one.action for one in entries if one.refusal is None and one.actor_kind.name != "SYSTEM"]
    # What staff read of others is written down, too.
    assert sorted(one for one in kept if one != "read") == sorted(done)
    chains = {one.chain_id for one in entries}
    for chain_id in chains:
        found = await verified(world, chain_id)
        assert (found.is_intact, found.entry_count) == (True, sum(one.chain_id == chain_id for one in entries))
    assert await count(world, audit_chains) == len(chains)
    print(f"{len(done)} mutations of {len(set(done))} kinds, {len(entries)} entries in {len(chains)} chains")


async def test_only_staff_for_audits_verify_the_chains_of_others(world: World) -> None:
    client, rival, staff = (
        await make_chain(world, 1),
        await world.client_side("Rival"),
        await world.staff(StaffRole.TRUST),
    )
    own = f"org_{client.organization_id.hex}"
    assert (await rival.ask(VERIFY, id=own))["verifyAuditChain"] is None
    assert (await staff.ask(VERIFY, id=own))["verifyAuditChain"]["entryCount"] == "1"
    await world.caller().refused("signIn", email="nobody@example.com", password="a guess of somebody")
    nobody = (await staff.ask(VERIFY, id=f"org_{NOBODYS.hex}"))["verifyAuditChain"]
    assert (nobody["isIntact"], nobody["entryCount"]) == (True, "1")


async def test_a_chain_that_nobody_has_begun_is_intact(world: World) -> None:
    found = (await (await world.client_side()).ask(VERIFY))["verifyAuditChain"]
    assert found == {"isIntact": True, "firstBrokenSeq": None, "entryCount": "0", "headHash": None}


async def test_what_was_changed_is_let_go_of_after_seven_years_and_the_hashes_stay(world: World) -> None:
    client = await make_chain(world, 2)
    before = await written(world, client.organization_id)
    await _move(world, timedelta(days=7 * 365 - 1))
    await anchor(world.database, world.clock.now())
    assert None not in {one.change and "there" for one in await written(world, client.organization_id)}
    await _move(world, timedelta(days=7))
    assert await anchor(world.database, world.clock.now()) == 1
    after = await written(world, client.organization_id)
    assert [one.change for one in after] == [None, None]
    assert [(one.seq, one.hash, one.sealed) for one in after] == [(one.seq, one.hash, one.sealed) for one in before]
    assert (await verified(world, client.organization_id)).is_intact
    assert [entry["change"] for entry in await entries_for(client)] == [None, None]


async def test_once_a_day_the_ends_of_all_chains_are_archived(world: World) -> None:
    client = await make_chain(world, 3)
    archive = FolderArchive(world.mail_folder.parent / "audit")
    await _move(world, timedelta(days=1))
    five_past = world.clock.now().replace(hour=0, minute=5, second=0, microsecond=0)
    assert await anchor(world.database, five_past - timedelta(seconds=1)) == 0
    assert [await anchor(world.database, five_past) for _ in range(3)] == [1, 0, 0]
    name = f"{five_past.date()}.heads"
    assert archive.latest() == name
    [head] = [one for one in await written(world, client.organization_id) if one.seq == 3]
    assert f"{client.organization_id} 3 {head.hash.hex()}" in list(archive.lines(name))
    assert ((world.mail_folder.parent / "audit" / name).stat().st_mode & 0o777) == 0o400


async def test_a_chain_that_was_written_anew_is_found_by_the_archive(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    client = await make_chain(world, 3)
    archive = FolderArchive(world.mail_folder.parent / "audit")
    await _move(world, timedelta(days=1))
    await anchor(world.database, world.clock.now().replace(hour=12))
    assert await check_audit_command(world.database.url, archive) == 0
    assert capsys.readouterr().out == "The audit log is as it was written.\n"
    await tamper(world, "DELETE FROM audit_entries WHERE chain_id = $1", client.organization_id)
    await tamper(world, "DELETE FROM audit_chains WHERE id = $1", client.organization_id)
    for number in range(3):
        await client.do("createGig", "gig { id }", title=f"Another {number}", currency="EUR")
    assert (await verified(world, client.organization_id)).is_intact
    assert await check_audit_command(world.database.url, archive) == 1
    assert f"The chain {client.organization_id} is another one than in the file " in capsys.readouterr().out


async def _move(world: World, by: timedelta) -> None:
    """Moves the clock of this process and the one that the database reads."""
    world.clock.advance(by)
    ahead = world.clock.ahead
    await write(world, clock.delete())
    await write(world, clock.insert().values(id=1, ahead=ahead))

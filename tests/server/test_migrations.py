"""Migrations: one line of them, in agreement with the tables, applied once however many begin at once."""

import asyncio

import asyncpg
import pytest

from server.migrations import catalog, differences, head_revision, heads_of, require_schema, upgrade
from server.revisions import statements_of
from server.settings import CannotRun


def test_there_is_one_head() -> None:
    assert head_revision().isdecimal()


def test_two_revisions_after_the_same_one_are_two_heads() -> None:
    first = 'revision = "0001"\ndown_revision = None\n'
    second, rival = (f'revision = "{name}"\ndown_revision = "0001"\n' for name in ("0002", "0002b"))
    assert heads_of([first, second]) == {"0002"}
    assert heads_of([first, second, rival]) == {"0002", "0002b"}


async def test_migrations_make_exactly_the_tables_that_are_declared(postgres: str) -> None:
    assert await differences(postgres) == []


async def test_the_comparison_sees_checks_and_partial_indexes(new_database: str) -> None:
    await upgrade(new_database)
    found = await catalog(new_database)
    _, _, condition = found["index uq_payments_live"].partition(" WHERE ")
    assert all(state in condition for state in ("CREATED", "PROCESSING", "UNKNOWN"))
    assert "CANCELLED" in found["constraint gigs.ck_gigs_status"]
    assert found["column ledger_entries.amount_minor"] == "bigint NOT NULL"


async def test_of_many_that_migrate_at_once_one_does(new_database: str) -> None:
    done = await asyncio.gather(*(upgrade(new_database) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    assert await upgrade(new_database) is False
    await require_schema(new_database)


async def test_a_process_that_does_not_migrate_says_what_to_run(new_database: str) -> None:
    with pytest.raises(CannotRun, match=r"is empty.*python -m server migrate"):
        await require_schema(new_database)


async def test_the_ledger_is_guarded_by_triggers(new_database: str) -> None:
    await upgrade(new_database)
    connection = await asyncpg.connect(new_database)
    guarded = await connection.fetch(
        "SELECT DISTINCT event_object_table AS name FROM information_schema.triggers WHERE trigger_schema = 'public'"
    )
    await connection.close()
    assert {"ledger_accounts", "ledger_balances", "ledger_entries", "ledger_transfers"} <= {
        row["name"] for row in guarded
    }


def test_a_script_is_cut_into_its_commands() -> None:
    script = """
    -- One; not two.
    CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END $$;
    SELECT 'it''s; fine'; SELECT 2;
    """
    first, second, third = statements_of(script)
    assert first.startswith("-- One; not two.\n")
    assert first.endswith("END $$")
    assert (second, third) == ("SELECT 'it''s; fine'", "SELECT 2")

"""Exports of the audit log: whose entries, a file that anybody can recompute, and the signature that vouches for it."""

import base64
import csv
import hashlib
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.permissions import Role, StaffRole
from tests.makers.audit import entries_for
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.world import Person, World

EXPORT = """id status format entryCount byteCount sha256 readyAt manifest { content signature publicKey key }
  parts(first: 100) { totalCount nodes { position content } }"""


async def exported(world: World, person: Person, **input: Any) -> dict[str, Any]:
    """The export after the job has written it."""
    made = await person.do("exportAuditLog", "export { id status manifest { key } }", **({"format": "CSV"} | input))
    assert (made["export"]["status"], made["export"]["manifest"]) == ("PENDING", None)
    await world.settle()
    found = await person.ask(
        f"query($id: ID!) {{ node(id: $id) {{ ... on AuditExport {{ {EXPORT} }} }} }}", id=made["export"]["id"]
    )
    node: dict[str, Any] = found["node"]
    assert node["status"] == "READY"
    return node


def text_of(export: dict[str, Any]) -> str:
    return "".join(part["content"] for part in export["parts"]["nodes"])


def recomputed(line: dict[str, Any]) -> str:
    """The hash of an exported entry, from nothing but its line: as docs/audit.md says."""
    covered = {name: value for name, value in line.items() if name not in ("seq", "change", "prevHash", "hash")}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    before = bytes.fromhex(line["prevHash"]) + line["seq"].to_bytes(8, "big")
    return hashlib.sha256(before + text.encode()).hexdigest()


async def test_an_exported_file_can_be_recomputed_by_anybody(world: World) -> None:
    client = await world.client_side()
    for _ in range(3):
        await make_open_gig(world, client)
    export = await exported(world, client, format="JSON_LINES")
    lines = [json.loads(line) for line in text_of(export).splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, 7))
    assert [recomputed(line) for line in lines] == [line["hash"] for line in lines]
    assert ["0" * 64, *(line["hash"] for line in lines[:-1])] == [line["prevHash"] for line in lines]
    for line in lines:
        change = json.dumps(line["change"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(change.encode()).hexdigest() == line["changeSha256"]


async def test_a_manifest_says_what_the_file_is_and_is_signed(world: World) -> None:
    client = await world.client_side()
    await make_open_gig(world, client)
    export = await exported(world, client)
    text, manifest = text_of(export), export["manifest"]
    said = json.loads(manifest["content"])
    assert said["sha256"] == export["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert (said["byteCount"], said["entryCount"], said["format"]) == (len(text.encode()), 2, "CSV")
    assert said["organization"] == str(client.organization_id)
    public_key = Ed25519PublicKey.from_public_bytes(base64.b64decode(manifest["publicKey"]))
    signature = base64.b64decode(manifest["signature"])
    public_key.verify(signature, manifest["content"].encode())
    with pytest.raises(InvalidSignature):
        public_key.verify(signature, manifest["content"].replace("2", "3").encode())


async def test_the_lines_of_csv_hold_the_same(world: World) -> None:
    client = await world.client_side()
    await make_open_gig(world, client)
    rows = list(csv.DictReader(io.StringIO(text_of(await exported(world, client)), newline="")))
    assert [row["action"] for row in rows] == ["createGig", "publishGig"]
    assert json.loads(rows[0]["change"])["input"]["title"] == "[withheld]"
    assert {row["organizationId"] for row in rows} == {str(client.organization_id)}


async def test_an_export_is_written_down_itself(world: World) -> None:
    client = await world.client_side()
    export = await exported(world, client)
    written, asked = await entries_for(client)
    assert (asked["action"], asked["subjectId"]) == ("exportAuditLog", export["id"])
    assert (written["action"], written["actorKind"], written["subjectId"]) == ("audit.exported", "SYSTEM", export["id"])


async def test_staff_for_audits_export_the_entries_of_all_or_of_one(world: World) -> None:
    staff, client, other = await world.staff(StaffRole.TRUST), await world.client_side(), await world.client_side("Two")
    for one in (client, other):
        await make_open_gig(world, one)
    everybodys = await exported(world, staff, format="JSON_LINES")
    organizations = {json.loads(line).get("organizationId") for line in text_of(everybodys).splitlines()}
    assert organizations >= {str(client.organization_id), str(other.organization_id)}
    own = await exported(world, staff, format="JSON_LINES", organizationId=f"org_{client.organization_id.hex}")
    assert {json.loads(line)["organizationId"] for line in text_of(own).splitlines()} == {str(client.organization_id)}


async def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(world: World) -> None:
    client = await world.client_side()
    await make_open_gig(world, client)
    noon = world.clock.now() + timedelta(hours=1)
    world.clock.advance(timedelta(hours=2))
    before = await exported(world, client, atBefore=noon.isoformat())
    after = await exported(world, client, atFrom=noon.isoformat())
    assert [one["entryCount"] for one in (before, after)] == ["2", "2"]
    later = (world.clock.now() + timedelta(hours=1)).isoformat()
    refusal = await client.refused("exportAuditLog", format="CSV", atBefore=later)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["atBefore"])


async def test_the_entries_of_others_are_unknown_and_members_export_nothing(world: World) -> None:
    client, other = await world.client_side(), await world.client_side("Two")
    refusal = await client.refused("exportAuditLog", format="CSV", organizationId=f"org_{other.organization_id.hex}")
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["organizationId"])
    member = await colleague(world, client, Role.MEMBER)
    assert (await member.refused("exportAuditLog", format="CSV"))["code"] == "FORBIDDEN"


async def test_after_a_week_the_content_is_gone_and_the_manifest_stays(world: World) -> None:
    client = await world.client_side()
    before = await exported(world, client)
    world.clock.advance(timedelta(days=7, hours=1))
    await world.settle()
    [after] = (await client.ask(f"{{ auditExports {{ nodes {{ {EXPORT} }} }} }}"))["auditExports"]["nodes"]
    assert (after["status"], after["parts"]["totalCount"]) == ("FORGOTTEN", 0)
    assert after["manifest"] == before["manifest"]

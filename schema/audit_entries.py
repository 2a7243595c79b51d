"""The audit log as clients see and verify it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import audit_chains
from domain import audit_entries as domain
from domain.audit_entries import AuditActorKind
from domain.refusals import RefusalCode
from resolvers import audit_entries as resolve
from resolvers.context import Context
from schema.connections import connection, one
from schema.enums import describe
from schema.guarded import asks
from schema.ids import PREFIXES, global_id, read_any_id
from schema.inputs import any_id, optional
from schema.organizations import Organization
from schema.scalars import JSON, Int64
from schema.shapes import Node, plain, shows
from schema.users import User

describe(
    AuditActorKind,
    "Which kind of principal did it.",
    ANONYMOUS="Somebody who had not signed in.",
    USER="A person for their organization or themselves.",
    STAFF="A member of staff for the platform.",
    API_KEY="A program with an API key of the organization.",
    APP="A partner's app.",
    SYSTEM="Milepost by itself: a deadline, a payment's outcome.",
)


@shows(
    domain.AuditEntry,
    "An act as it was written down in the transaction of its effect: who did what, for whom, from where. Nothing of it"
    " can be changed or deleted. Each entry of a chain has the hash of the one before in its own.",
)
class AuditEntry(Node):
    chain_id: UUID = plain("Its chain: that of an organization or, for acts without one, of a person.", name="chain")
    seq: Int64 = plain("Its number in the chain, from 1 without gaps.")
    at: datetime = plain("When it was done.")
    actor_kind: AuditActorKind = plain("What kind of principal did it.")
    actor: User | None = one(resolve.ACTOR, User, "The person, for those who may know them.")
    impersonator: User | None = one(resolve.IMPERSONATOR, User, "The member of staff who acted as that person.")
    organization: Organization | None = one(
        resolve.ORGANIZATION, Organization, "For whom; null for what people do about themselves, such as signing in."
    )
    action: str = plain("The mutation, for example approveTask; of the system's own acts the first event.")
    refusal: RefusalCode | None = plain("Why it was refused, FORBIDDEN for want of a permission; null: done.")
    subject_type: str | None = plain("The type of the object it was about, for example Milestone.")
    change: JSON | None = plain(
        "`input`: what was asked for, with ids without their prefix, and [withheld] for all text that somebody wrote;"
        " `events`: what happened. Null once seven years have passed."
    )
    request_id: str | None = plain("The X-Request-Id it came with.")
    ip: str | None = plain("The address it came from.")

    @strawberry.field(description="The object it was about; null where that has no id in the API.")
    def subject_id(self: Any) -> ID | None:
        if self.subject_id is None or self.subject_type not in PREFIXES:
            return None
        return ID(global_id(self.subject_type, self.subject_id))

    @strawberry.field(description="SHA-256 of what was changed in canonical JSON, in hex; it stays when that is gone.")
    def change_sha256(self) -> str:
        return str(self.change_sha256.hex())

    @strawberry.field(description="The hash of the entry before, in hex; 64 zeros for the first.")
    def prev_hash(self) -> str:
        return str(self.prev_hash.hex())

    @strawberry.field(
        description="SHA-256 of prevHash, seq and the entry in canonical JSON, in hex; docs/audit.md has the recipe."
    )
    def hash(self) -> str:
        return str(self.hash.hex())


@shows(audit_chains.AuditVerification, "What recomputing a chain of the audit log came to.")
class AuditVerification:
    is_intact: bool = plain("Whether every entry is as it was written, and none is missing.")
    first_broken_seq: Int64 | None = plain("The first number at which the chain is broken; null when it is intact.")
    entry_count: Int64 = plain("How many entries were found sound, from the first on.")
    head_hash: str | None = plain("The hash of the last of them, in hex: keep it, and compare it another time.")


@strawberry.input(description="Conditions on entries of the audit log; all given ones must hold.")
class AuditEntryFilter:
    actor_id: ID | None = any_id("Done by this person, key or app, or by a member of staff as somebody else.")
    subject_id: ID | None = any_id("About this object, of any type.")
    action: list[str] | None = optional(list[str], "One of these mutations, or events of the system.")
    refusal: list[RefusalCode] | None = optional(list[RefusalCode], "Refused with one of these codes.")
    at_from: datetime | None = optional(datetime, "At this instant or later.")
    at_before: datetime | None = optional(datetime, "Before this instant.")


_Owner = Annotated[
    ID | None,
    strawberry.argument(
        description="Whose chain: an organization's or a person's id. Left out: your active organization's; others are"
        " for staff, and org_ with 32 zeros is the chain of nobody."
    ),
]


@strawberry.type
class AuditQueries:
    audit_entries = connection(
        resolve.LIST,
        AuditEntry,
        "What was done for your organization, the latest first. Needs audit:read; with staff:audit all there is.",
        filter=AuditEntryFilter,
        needs=resolve.READERS,
    )

    @asks(
        resolve.READERS,
        "Recomputes a chain of the audit log; null for one that is not yours. Needs audit:read, or staff:audit for"
        " everybody's.",
        graphql_type=AuditVerification | None,
    )
    async def verify_audit_chain(
        self, info: strawberry.Info[Context, None], owner_id: _Owner = None
    ) -> audit_chains.AuditVerification | None:
        chain_id = None if owner_id is None else read_any_id(owner_id, "ownerId")[1]
        return await resolve.verify_chain(info.context, chain_id)

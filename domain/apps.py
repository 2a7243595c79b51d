"""Partner apps: registered by an organization, reviewed by staff, installed by other organizations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.app_fields import check_fields, is_within, read_fields
from domain.app_permissions import AppPermission, in_order
from domain.checks import Checks
from domain.ids import new_id
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import Refused, forbidden, wrong_state
from domain.states import Move, Side, Stateful


class AppStatus(Enum):
    """The life of an app."""

    PENDING_REVIEW = "PENDING_REVIEW"
    ACTIVE = "ACTIVE"
    REJECTED = "REJECTED"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"


_S, _DEVELOP, _STAFF = AppStatus, Permission.APPS_DEVELOP, Permission.STAFF_APPS
_LIVING = (_S.PENDING_REVIEW, _S.ACTIVE, _S.REJECTED, _S.SUSPENDED)
_APPROVED = (_S.ACTIVE, _S.SUSPENDED)


@dataclass(eq=False, kw_only=True)
class App(Stateful):
    """What was approved is in force. What would widen it waits in `pending_change` until staff have decided."""

    SUBJECT: ClassVar[str] = "app"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("updateApp", _LIVING, None, Side.OWNER, _DEVELOP),
        Move("createAppKey", (_S.PENDING_REVIEW, _S.ACTIVE), None, Side.OWNER, _DEVELOP),
        Move("resubmitApp", (_S.REJECTED,), _S.PENDING_REVIEW, Side.OWNER, _DEVELOP),
        Move("revokeApp", _LIVING, _S.REVOKED, Side.OWNER, _DEVELOP),
        Move("revokeApp", _LIVING, _S.REVOKED, Side.STAFF, _STAFF),
        Move("approveApp", (_S.PENDING_REVIEW,), _S.ACTIVE, Side.STAFF, _STAFF),
        Move("rejectApp", (_S.PENDING_REVIEW,), _S.REJECTED, Side.STAFF, _STAFF),
        Move("decideAppChange", _APPROVED, None, Side.STAFF, _STAFF),
        Move("suspendApp", (_S.ACTIVE,), _S.SUSPENDED, Side.STAFF, _STAFF),
        Move("activateApp", (_S.SUSPENDED,), _S.ACTIVE, Side.STAFF, _STAFF),
    )

    id: UUID
    owner_organization_id: UUID
    name: str
    domain: str
    url: str
    primary_color: str
    permissions: list[AppPermission]
    allowed_origins: list[str]
    is_public: bool
    max_users: int | None
    pending_change: dict[str, Any] | None = None
    """What waits for review: permissions and origins to be added, another domain and address; as JSON."""
    reviewed_by_id: UUID | None = None
    review_note: str | None = None
    status: AppStatus = field(init=False)

    @property
    def client_id(self) -> str:
        """What the app is called in tokens."""
        return f"app_{self.id.hex}"

    def change(self, given: Mapping[str, Any], *, is_sandbox: bool, by: Actor, at: datetime) -> None:
        """Changes the given fields. Once it has been approved, what widens it waits and what narrows it does not."""
        self.check("updateApp", by=by)
        wanted = {name: self._wanted(name) for name in _FIELDS} | read_fields(given)
        _check(wanted, is_sandbox=is_sandbox)
        before = self._all()
        if self.status in _APPROVED:
            wanted = self._keep_back(wanted)
        for name, value in wanted.items():
            setattr(self, name, value)
        if self._all() != before:
            self.record("updated", by=by, at=at)
            if self.pending_change not in (None, before["pending_change"]):
                self.record("change_requested", by=by, at=at)

    def check_key(self, *, is_sandbox: bool, by: Actor) -> None:
        """Refuses a key for production before staff have approved of the app."""
        self.check("createAppKey", by=by)
        if self.status is not AppStatus.ACTIVE and not is_sandbox:
            raise wrong_state(
                "It gets keys for production once staff have approved of it.",
                from_state=self.status.name,
                allowed=[AppStatus.ACTIVE.name],
            )

    def resubmit(self, *, by: Actor, at: datetime) -> None:
        self.move_to("resubmitApp", by=by, at=at)
        self.record("resubmitted", by=by, at=at)

    def approve(self, note: str | None, *, by: Actor, at: datetime) -> None:
        self.move_to("approveApp", by=by, at=at)
        self._reviewed(said(note), by)
        self.record("approved", by=by, at=at)

    def reject(self, note: str, *, by: Actor, at: datetime) -> None:
        self.move_to("rejectApp", by=by, at=at)
        self._reviewed(said(note, required=True), by)
        self.record("rejected", by=by, at=at)

    def decide_change(self, approved: bool, note: str | None, *, by: Actor, at: datetime) -> None:
        """What waits comes into force, or is dropped; the reason of a refusal is told."""
        self.check("decideAppChange", by=by)
        pending = self.pending_change or {}
        self._reviewed(said(note) if approved else said(note, required=True), by)
        if approved:
            added = {AppPermission(one) for one in pending.get("permissions", ())}
            self.permissions = in_order({*self.permissions, *added})
            origins = [*self.allowed_origins, *pending.get("allowed_origins", ())]
            self.allowed_origins = list(dict.fromkeys(origins))
            self.domain, self.url = pending.get("domain", self.domain), pending.get("url", self.url)
        self.pending_change = None
        self.record("change_approved" if approved else "change_rejected", by=by, at=at)

    def suspend(self, reason: str, installers: Iterable[UUID], *, by: Actor, at: datetime) -> None:
        """Its keys and sessions do nothing any more; the organizations that have installed it hear of it, too."""
        self.move_to("suspendApp", by=by, at=at)
        self._reviewed(said(reason, required=True), by)
        self.record("suspended", by=by, at=at, to=self._told(installers))

    def activate(self, installers: Iterable[UUID], *, by: Actor, at: datetime) -> None:
        self.move_to("activateApp", by=by, at=at)
        self.record("activated", by=by, at=at, to=self._told(installers))

    def revoke(self, reason: str | None, installers: Iterable[UUID], *, by: Actor, at: datetime) -> None:
        """Ends it for good. Its keys, installations and sessions are ended by whoever calls this."""
        self.move_to("revokeApp", by=by, at=at)
        self.pending_change = None
        if reason is not None:
            self.review_note = said(reason)
        self.record("revoked", by=by, at=at, to=self._told(installers))

    def works_for(self, organization_id: UUID, *, is_sandbox: bool) -> bool:
        """Whether an organization may use it: an approved one; in a sandbox its owner tries it before its review."""
        if self.status is AppStatus.ACTIVE:
            return True
        return self._is_tried(is_sandbox=is_sandbox) and organization_id == self.owner_organization_id

    def require_working(self, *, is_sandbox: bool) -> None:
        """Refuses FORBIDDEN to the app itself unless it is ACTIVE, or waits for its review in a sandbox."""
        if self.status is not AppStatus.ACTIVE and not self._is_tried(is_sandbox=is_sandbox):
            raise not_active(self.status)

    def require_for(self, organization_id: UUID, *, is_sandbox: bool) -> None:
        """Refuses FORBIDDEN where an organization may not use it now."""
        if not self.works_for(organization_id, is_sandbox=is_sandbox):
            raise not_active(self.status)

    def blocked(self, action: str) -> Refused | None:
        if action == "decideAppChange" and self.pending_change is None:
            return wrong_state("No change of this app waits.", from_state=self.status.name)
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return self.owner_organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.owner_organization_id]

    def _is_tried(self, *, is_sandbox: bool) -> bool:
        return is_sandbox and self.status is AppStatus.PENDING_REVIEW

    def _wanted(self, name: str) -> Any:
        """What the owner wants a field to be: as approved, with what waits."""
        value, pending = getattr(self, name), (self.pending_change or {}).get(name)
        if pending is None:
            return value
        if name == "permissions":
            return in_order([*value, *(AppPermission(one) for one in pending)])
        return [*value, *pending] if isinstance(value, list) else pending

    def _keep_back(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that may change at once, and what remains to be reviewed."""
        at_once, pending = dict(wanted), dict[str, Any]()
        for name in ("permissions", "allowed_origins"):
            approved = getattr(self, name)
            at_once[name] = [one for one in wanted[name] if one in approved]
            pending[name] = [one for one in wanted[name] if one not in approved]
        pending["permissions"] = [one.value for one in pending["permissions"]]
        if wanted["domain"] != self.domain:
            pending["domain"], at_once["domain"] = wanted["domain"], self.domain
        if not is_within(wanted["url"], self.domain):
            pending["url"], at_once["url"] = wanted["url"], self.url
        return at_once | {"pending_change": {name: value for name, value in pending.items() if value} or None}

    def _all(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*_FIELDS, "pending_change")}

    def _reviewed(self, note: str | None, by: Actor) -> None:
        self.review_note, self.reviewed_by_id = note, by.user_id

    def _told(self, installers: Iterable[UUID]) -> list[UUID]:
        return [self.owner_organization_id, *installers]


_FIELDS = ("name", "domain", "url", "primary_color", "permissions", "allowed_origins", "is_public", "max_users")


def register(given: Mapping[str, Any], *, is_sandbox: bool, by: Actor, at: datetime) -> App:
    """A new app of the caller's organization, to be reviewed. Refuses INVALID naming every wrong field."""
    fields = read_fields(given)
    _check(fields, is_sandbox=is_sandbox)
    app = App(id=new_id(), owner_organization_id=by.require_organization(), **fields)
    app.born(AppStatus.PENDING_REVIEW, action="registerApp", by=by, at=at)
    app.record("registered", by=by, at=at)
    return app


def not_active(status: AppStatus) -> Refused:
    return forbidden(f"This app is {status.name}: it needs to be {AppStatus.ACTIVE.name}.", "app")


def _check(fields: Mapping[str, Any], *, is_sandbox: bool) -> None:
    checks = Checks()
    check_fields(checks, fields, is_sandbox=is_sandbox)
    checks.refuse()

"""What apps are told of organizations that have let them in: never more than they could ask for themselves there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.app_permissions import AppPermission


@dataclass(frozen=True, slots=True)
class AppEvent:
    """A type of event that apps are told. Each concerns one organization: the one that has let the app in."""

    granted: AppPermission | None
    """What it has to have granted; None: that it has installed the app is enough."""
    is_own: bool
    """Only where the event is about the app itself, or about what it has done."""
    shows: tuple[str, ...] = ()
    """The parts of the event's data that an app may read."""


_P = AppPermission
_OF_APP, _OF_MOVEMENT = (None, True), (_P.CREDITS_CONSUME, True, ("quantity", "captured", "available", "type"))
_OF_ACCOUNT, _OF_PURCHASE = (_P.CREDITS_READ, False), (_P.CREDITS_READ, False, ("credits",))

APP_EVENTS: Mapping[str, AppEvent] = {
    "app.installed": AppEvent(*_OF_APP, ("permissions",)),
    "app.consent_changed": AppEvent(*_OF_APP, ("permissions",)),
    "cross_app_session.started": AppEvent(*_OF_APP),
    "cross_app_session.revoked": AppEvent(*_OF_APP),
    "credits.spent": AppEvent(*_OF_MOVEMENT),
    "credits.held": AppEvent(*_OF_MOVEMENT),
    "credits.captured": AppEvent(*_OF_MOVEMENT),
    "credits.released": AppEvent(*_OF_MOVEMENT),
    "credits.refunded": AppEvent(*_OF_MOVEMENT),
    "credit_account.frozen": AppEvent(*_OF_ACCOUNT),
    "credit_account.unfrozen": AppEvent(*_OF_ACCOUNT),
    "credit_account.closed": AppEvent(*_OF_ACCOUNT),
    "credit_purchase.created": AppEvent(*_OF_PURCHASE),
    "credit_purchase.paid": AppEvent(*_OF_PURCHASE),
    "credit_purchase.failed": AppEvent(*_OF_PURCHASE),
    "credit_purchase.expired": AppEvent(*_OF_PURCHASE),
    "credit_purchase.canceled": AppEvent(*_OF_PURCHASE),
    "credit_purchase.refunded": AppEvent(*_OF_PURCHASE),
    "credit_purchase.charged_back": AppEvent(*_OF_PURCHASE),
    "entitlements.changed": AppEvent(_P.ENTITLEMENTS_READ, True, ("entitlementsVersion",)),
}


def shown_to_app(event_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """As much of an event's data as an app may read."""
    return {name: data[name] for name in APP_EVENTS[event_type].shows if name in data}

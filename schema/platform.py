"""What the API has of the platform beside work and money, put together for its roots."""

import strawberry

from schema.audit_entries import AuditQueries
from schema.audit_exports import AuditExportMutations, AuditExportQueries
from schema.clock import ClockMutations, ClockQueries
from schema.files import FileMutations, FileQueries
from schema.ledger_exports import LedgerExportMutations, LedgerExportQueries
from schema.notification_preferences import NotificationPreferenceMutations, NotificationPreferenceQueries
from schema.notifications import NotificationMutations, NotificationQueries
from schema.simulator import SimulatorMutations, SimulatorQueries


@strawberry.type
class PlatformQueries(
    ClockQueries,
    SimulatorQueries,
    LedgerExportQueries,
    AuditQueries,
    AuditExportQueries,
    FileQueries,
    NotificationQueries,
    NotificationPreferenceQueries,
):
    pass


@strawberry.type
class PlatformMutations(
    LedgerExportMutations,
    AuditExportMutations,
    ClockMutations,
    SimulatorMutations,
    FileMutations,
    NotificationMutations,
    NotificationPreferenceMutations,
):
    pass

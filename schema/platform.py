"""What the API has of the platform beside work and money, put together for its roots."""

import strawberry

from schema.audit_entries import AuditQueries
from schema.audit_exports import AuditExportMutations, AuditExportQueries
from schema.clock import ClockMutations, ClockQueries
from schema.files import FileMutations, FileQueries
from schema.jobs import JobMutations, JobQueries
from schema.ledger_exports import LedgerExportMutations, LedgerExportQueries
from schema.notification_preferences import NotificationPreferenceMutations, NotificationPreferenceQueries
from schema.notifications import NotificationMutations, NotificationQueries
from schema.scheduled_runs import ScheduledRunMutations, ScheduledRunQueries
from schema.simulator import SimulatorMutations, SimulatorQueries
from schema.system_status import SystemStatusQueries


@strawberry.type
class PlatformQueries(
    ClockQueries,
    JobQueries,
    ScheduledRunQueries,
    SystemStatusQueries,
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
    JobMutations,
    ScheduledRunMutations,
    SimulatorMutations,
    FileMutations,
    NotificationMutations,
    NotificationPreferenceMutations,
):
    pass

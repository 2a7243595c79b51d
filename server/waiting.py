"""What waits in the database while somebody asks for metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.files import FileStatus
from domain.inbound_webhooks import InboundWebhookStatus
from domain.system_status import JobCount
from domain.webhook_deliveries import WebhookDeliveryStatus
from persistence.outbox import Backlog


@dataclass(frozen=True, slots=True)
class Waiting:
    """Events for the relay; jobs, and messages of providers, for a worker or for people; webhooks to be sent."""

    events: Backlog
    webhooks: Mapping[InboundWebhookStatus, int]
    files: Mapping[FileStatus, int]
    """Those that wait for their scan, and those in quarantine."""
    deliveries: Mapping[WebhookDeliveryStatus, int]
    jobs: Sequence[JobCount]

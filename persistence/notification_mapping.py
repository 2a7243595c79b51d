"""Which domain class is which table, of notifications."""

from domain.notification_preferences import NotificationHours, NotificationPreference
from domain.notifications import Notification, NotificationSend, PushDevice
from persistence.tables import notifications

NOTIFICATION_TABLES = {
    Notification: notifications.notifications,
    NotificationSend: notifications.notification_sends,
    NotificationPreference: notifications.notification_preferences,
    NotificationHours: notifications.notification_hours,
    PushDevice: notifications.push_devices,
}

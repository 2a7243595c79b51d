"""Keys of apps as their owners make them; they are rotated and revoked as all keys are."""

from datetime import datetime

import strawberry

from domain.permissions import Permission
from resolvers import app_keys as resolve
from schema.api_keys import ApiKey
from schema.inputs import an_id, optional, value
from schema.mutations import mutation


@strawberry.type
class AppKeyMutations:
    create_app_key = mutation(
        resolve.create_app_key,
        "Makes a key for the backend of an app of your organization. In a sandbox as soon as the app is registered, in"
        " production once it is ACTIVE; WRONG_STATE otherwise. It can exchange codes, refresh, revoke and look up"
        " sessions of people with the app, and nothing else. See rotateApiKey and revokeApiKey. The owners of the"
        " organization and you get a mail.",
        needs=Permission.APPS_DEVELOP,
        takes={
            "app_id": an_id("App", "The app."),
            "name": value(str, "What to call it, 1 to 120 characters."),
            "allowed_ips": optional(
                list[str],
                "Up to 100 addresses and networks that it may be used from, such as 203.0.113.7 or 203.0.113.0/24; it"
                " is FORBIDDEN elsewhere. Left out: it may be used from everywhere.",
            ),
            "expires_at": optional(datetime, "Until when it works, a future instant of real time. Left out: for good."),
        },
        gives={
            "key": (ApiKey, "The new key."),
            "secret": (str, "The whole key, for `Authorization: Bearer …`. It is shown here and never again."),
        },
        prepare=resolve.prepare_app_key,
        secret=True,
        sensitive=True,
    )

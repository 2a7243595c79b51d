"""Installations of apps as organizations make and end them."""

from datetime import datetime

import strawberry
from strawberry.scalars import ID

from domain import app_installations as domain
from domain.app_installations import InstallationStatus
from domain.app_permissions import AppPermission
from domain.permissions import Permission
from resolvers import app_installations as resolve
from resolvers.apps import READERS, prepare_fields
from resolvers.sessions import prepare_visit
from schema.apps import App
from schema.connections import connection, one
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    InstallationStatus,
    "Whether an app may act in an organization.",
    ACTIVE="It may do what was consented to.",
    REVOKED="Not any more.",
)


@shows(domain.AppInstallation, "An organization lets an app act in it.")
class AppInstallation(Stateful):
    status: InstallationStatus = plain("Whether the app may act.")
    app: App | None = one(resolve.APP, App, "The app.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Who lets it in.", required=True)
    granted_permissions: list[AppPermission] = plain(
        "What the organization has consented to. Each person who signs in to the app narrows it to what they could do."
    )
    installed_by: User | None = one(resolve.INSTALLED_BY, User, "Who installed it, for those who may know them.")
    revoked_at: datetime | None = plain("When it ended; null while it has not.")


@strawberry.input(description="Conditions on installations; all given ones must hold.")
class AppInstallationFilter:
    app_id: ID | None = optional_id("App", "Of this app.")
    organization_id: ID | None = optional_id("Organization", "In this organization.")
    status: list[InstallationStatus] | None = optional(list[InstallationStatus], "In one of these states.")


_INSTALLATION = {"installation": (AppInstallation, "The installation as it is now.")}


@strawberry.type
class AppInstallationQueries:
    app_installations = connection(
        resolve.LIST,
        AppInstallation,
        "The apps that your organization has let in (apps:install) and who has let your own apps in (apps:develop),"
        " newest first; for staff:apps all.",
        filter=AppInstallationFilter,
        needs=READERS,
    )


@strawberry.type
class AppInstallationMutations:
    install_app = mutation(
        resolve.install_app,
        "Lets an app act in your active organization with exactly these permissions. Where it is installed already,"
        " they replace what you have consented to: so you consent to what it asks for since, or take something back."
        " FORBIDDEN unless the app is ACTIVE, INVALID for permissions that it does not ask for, LIMIT_REACHED with as"
        " many apps as the plan allows (apps).",
        needs=Permission.APPS_INSTALL,
        takes={
            "app_id": an_id("App", "The app."),
            "permissions": value(list[AppPermission], "What it may do."),
        },
        gives=_INSTALLATION,
        prepare=prepare_fields,
    )
    uninstall_app = mutation(
        resolve.uninstall_app,
        "Sends an app away: the sessions of your members with it end at once. WRONG_STATE when it is gone already.",
        needs=Permission.APPS_INSTALL,
        takes={"installation_id": an_id("AppInstallation", "The installation.")},
        gives=_INSTALLATION,
        prepare=prepare_visit,
    )

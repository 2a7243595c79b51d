"""Runs that compare subscriptions with who bills them: who sees them, whose turn it is, and what they have found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, exists, false, or_, select, true

from domain.actors import SYSTEM, Actor
from domain.apps import App
from domain.billing_reconciliations import (
    AGAIN_AFTER,
    ReconciliationRun,
    ReconciliationRunStatus,
    ReconciliationTrigger,
    last_due,
    running_already,
    start,
)
from domain.ids import new_id
from domain.money_exceptions import UNDECIDED, MoneyException, MoneyExceptionKind
from domain.permissions import Permission
from domain.reconciliation_findings import EXCEPTIONS, Compared, ReconciliationFinding, ReconciliationResolution
from persistence import apps, money_exceptions
from persistence.money_exceptions import MONEY_EXCEPTIONS
from persistence.tables.catalogue import prices
from persistence.tables.losses import money_exceptions as exceptions
from persistence.tables.mirrored import reconciliation_findings, reconciliation_runs
from persistence.turns import take_turn
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source, Within

AGREES = "The provider and Milepost agree by now."
_runs, _RUNNING = reconciliation_runs.c, ReconciliationRunStatus.RUNNING
_FOR_PEOPLE = ReconciliationResolution.FOR_PEOPLE


def visible_to(viewer: Actor) -> Condition:
    """Staff see all of them, an app's developers those over its catalogue."""
    if viewer.may(Permission.STAFF_READ) or viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.may(Permission.APPS_DEVELOP):
        return _runs.owner_organization_id == viewer.organization_id
    return false()


RUNS = Source(ReconciliationRun, reconciliation_runs, visible_to)
_FINDINGS = Source(ReconciliationFinding, reconciliation_findings, Within(RUNS, reconciliation_findings, "run_id"))
APP, REQUESTED_BY = One(apps.APPS, "app_id"), One(USERS, "requested_by_id")
EXCEPTION = One(MONEY_EXCEPTIONS, "exception_id")
FINDINGS = Connection(
    _FINDINGS,
    orders={"ID": reconciliation_findings.c.id},
    default_order=(("ID", False),),
    column="run_id",
    filters={
        "kind": lambda kinds: reconciliation_findings.c.kind.in_(kinds),
        "resolution": lambda values: reconciliation_findings.c.resolution.in_(values),
    },
)
LIST = Connection(
    RUNS,
    orders={"STARTED_AT": _runs.started_at},
    default_order=(("STARTED_AT", True),),
    filters={
        "app_id": lambda id_: _runs.app_id == id_,
        "status": lambda values: _runs.status.in_(values),
        "trigger": lambda trigger: _runs.trigger == trigger,
        "started_from": lambda at: _runs.started_at >= at,
        "started_before": lambda at: _runs.started_at < at,
    },
)


async def begin(db: Unit, app_id: UUID | None, *, dry_run: bool) -> ReconciliationRun:
    """A run over Milepost's own catalogue, or that of an app; refuses CONFLICT while there is one."""
    app: App | None = None
    if app_id is not None:
        app = await db.require(select(App).where(apps.APPS.table.c.id == app_id), "app", "appId")
    owner_id = None if app is None else app.owner_organization_id
    return await _begun(db, start(app_id, owner_id, dry_run=dry_run, by=db.by, at=db.at))


async def start_due(db: Unit) -> list[ReconciliationRun]:
    """Of each catalogue that a provider has had prices of since before two o'clock, the run of this night."""
    due_at = last_due(db.at)
    counts = or_(_runs.status != ReconciliationRunStatus.FAILED, _runs.started_at > db.at - AGAIN_AFTER)
    nightly = and_(_runs.trigger == ReconciliationTrigger.SCHEDULE, _runs.started_at >= due_at, counts)
    of_catalogue = _runs.app_id.is_not_distinct_from(prices.c.app_id)
    done = exists().where(of_catalogue, or_(nightly, _runs.status == _RUNNING))
    sold_there = (prices.c.provider_price_id.is_not(None), prices.c.created_at < due_at)
    catalogues = select(prices.c.app_id, prices.c.owner_organization_id).where(*sold_there, ~done).distinct()
    rows = (await db.session.execute(catalogues)).all()
    return [await _begun(db, start(app_id, owner_id, dry_run=False, by=SYSTEM, at=db.at)) for app_id, owner_id in rows]


async def claim(db: Unit, run_id: UUID | None = None) -> ReconciliationRun | None:
    """A run that nobody works on, for the caller alone; None when there is none."""
    waiting = [_runs.status == _RUNNING, _runs.leased_until <= db.at]
    if run_id is not None:
        waiting.append(_runs.id == run_id)
    oldest = select(ReconciliationRun).where(*waiting).order_by(_runs.started_at).limit(1)
    run = await db.session.scalar(oldest.with_for_update(skip_locked=True))
    if run is not None:
        run.lease(at=db.at)
    return run


async def locked(db: Unit, run_id: UUID) -> ReconciliationRun:
    """A run that is worked on, for its next step."""
    statement = select(ReconciliationRun).where(_runs.id == run_id).with_for_update()
    run = (await db.session.scalars(statement.execution_options(populate_existing=True))).one()
    run.lease(at=db.at)
    return run


async def note(db: Unit, run_id: UUID, compared: Compared, cursor: str) -> None:
    """Keeps what came of one object; people are told of what is for them, and of what agrees by now no more."""
    run = await locked(db, run_id)
    run.count(compared, cursor)
    opened = {} if run.dry_run else await _ask_people(db, compared)
    for one in compared.differences:
        exception = opened.get(EXCEPTIONS.get(one.kind)) if one.resolution is _FOR_PEOPLE else None
        db.add(
            ReconciliationFinding(
                id=new_id(),
                run_id=run.id,
                kind=one.kind,
                subject_type=compared.subject_type,
                subject_key=compared.subject_key,
                local=one.local,
                remote=one.remote,
                resolution=one.resolution,
                exception_id=None if exception is None else exception.id,
                created_at=db.at,
            )
        )


async def leave_stage(db: Unit, run_id: UUID) -> None:
    """All of the stage is compared: the next one follows, or the run is over."""
    run = await locked(db, run_id)
    if len(run.stages_left) > 1:
        run.go_on()
        return
    if run.has_drifted and not run.dry_run:
        await money_exceptions.open_once(db, run.drift())
    run.complete(at=db.at)


async def _begun(db: Unit, run: ReconciliationRun) -> ReconciliationRun:
    await take_turn(db, "reconciliation", str(run.app_id))
    running = exists().where(_runs.app_id.is_not_distinct_from(run.app_id), _runs.status == _RUNNING)
    if await db.session.scalar(select(running)):
        raise running_already()
    db.add(run)
    await db.flush()
    return run


async def _ask_people(db: Unit, compared: Compared) -> dict[MoneyExceptionKind | None, MoneyException]:
    """Opens what is for them; what was found before and is not found any more is resolved."""
    if not compared.is_known:
        return {}
    for finding in compared.for_people:
        await money_exceptions.open_once(db, finding)
    await db.flush()
    still = {finding.kind for finding in compared.for_people}
    found: dict[MoneyExceptionKind | None, MoneyException] = {}
    for exception in await _undecided(db, compared):
        found[exception.kind] = exception
        if exception.kind not in still:
            exception.resolve(AGREES, by=SYSTEM, at=db.at)
    return found


async def _undecided(db: Unit, compared: Compared) -> Sequence[MoneyException]:
    table = exceptions.c
    same = (table.subject_type == compared.subject_type, table.subject_key == compared.subject_key)
    mine = select(MoneyException).where(*same, table.kind.in_(set(EXCEPTIONS.values())), table.status.in_(UNDECIDED))
    return (await db.session.scalars(mine.order_by(table.id).with_for_update())).all()

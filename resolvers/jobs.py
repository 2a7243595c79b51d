"""Jobs: what is being done because of events, and letting a dead one be tried again."""

from uuid import UUID

from persistence import jobs
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = jobs.LIST
EVENT_TYPE, REQUEST_ID = jobs.EVENT_TYPE, jobs.REQUEST_ID
SUBJECT_TYPE, SUBJECT_ID = jobs.SUBJECT_TYPE, jobs.SUBJECT_ID


async def retry_job(db: Unit, *, job_id: UUID, reason: str) -> Changed:
    job = await jobs.locked(db, job_id)
    job.retry(reason, by=db.by, at=db.at)
    return Changed(job=job)

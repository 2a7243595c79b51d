"""The comparison: the same reads of all servers, checked to be equal, counted, and driven in rounds."""

from collections.abc import Sequence

from bench.answers import meaning_of, require_same
from bench.costs import memory_of
from bench.measured import AGAIN, MILEPOST, Measured
from bench.reads import Read
from bench.rounds import Course, Entrant, Pace, course_of, sampled
from bench.servers import Running
from bench.statements import COUNTING, server_settings, statements_of
from server.embedded import EmbeddedPostgres

_COUNTED_REQUESTS = 9


async def compare(
    reads: Sequence[Read], started: Sequence[Running], pace: Pace, postgres: EmbeddedPostgres
) -> Measured:
    """Everything about these servers; raises AnswersDiffer before anything is measured."""
    entrants = [Entrant(one.server.name, one) for one in started]
    courses = [course for read in reads for course in await _checked(read, entrants)]
    statements = await _statements(courses, postgres)
    twins = [
        Course(one.read, Entrant(AGAIN, one.entrant.running), one.requests, one.lengths)
        for one in courses
        if one.entrant.label == MILEPOST
    ]
    statements |= {(one.read.name, AGAIN): statements[one.read.name, MILEPOST] for one in twins}
    postmaster = postgres.directory.read_postmaster()
    assert postmaster is not None, "PostgreSQL runs for as long as it is entered"
    samples = await sampled([*courses, *twins], pace, postmaster.pid)
    titles = {one.server.name: one.server.title for one in started} | ({AGAIN: "Milepost again (A/A)"} if twins else {})
    memory = {one.server.name: memory_of(one.pid) for one in started}
    return Measured({read.name: read.title for read in reads}, titles, samples, statements, memory)


async def _checked(read: Read, entrants: Sequence[Entrant]) -> list[Course]:
    """The read as all entrants are asked it; raises AnswersDiffer where they do not say the same."""
    asked = [await course_of(read, entrant) for entrant in entrants]
    meanings = [
        [meaning_of(body, course.entrant.running.server.dialect) for body in bodies] for course, bodies in asked
    ]
    require_same(read.name, [one.running.server.title for one in entrants], meanings)
    return [course for course, _ in asked]


async def _statements(courses: Sequence[Course], postgres: EmbeddedPostgres) -> dict[tuple[str, str], int]:
    log = postgres.directory.log
    async with server_settings(postgres.url, COUNTING):
        return {
            (one.read.name, one.entrant.label): await statements_of(
                one.entrant.running.port, one.requests[:_COUNTED_REQUESTS], log
            )
            for one in courses
        }

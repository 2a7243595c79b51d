"""Files with what they are attached to: whoever sees that sees them, and nobody else does."""

from domain.permissions import Role, StaffRole
from tests.makers.colleagues import colleague
from tests.makers.credit_control import make_dispute
from tests.makers.files import PDF, PNG, announce, download_url, make_file, status_of
from tests.makers.projects import Made, make_active_project
from tests.makers.staff import another_of_the_staff
from tests.world import Person, World

DELIVERED = "query($id: ID!) { task(id: $id) { submissions { nodes { revision files { id name status } } } } }"
EVIDENCE = "query($id: ID!) { creditDispute(id: $id) { evidence { id name } } }"


async def delivered(made: Made, *file_ids: str) -> None:
    await made.freelancer.do("submitTask", "task { status }", taskId=made.task, fileIds=list(file_ids))


async def test_both_sides_see_what_was_handed_over_and_nobody_else_does(world: World) -> None:
    made = await make_active_project(world)
    plan = await make_file(made.freelancer)
    note = await make_file(made.freelancer, PNG, purpose="ATTACHMENT", name="a.png", contentType="image/png")
    assert await status_of(made.client, plan) is None
    await delivered(made, plan, note)
    looker = await colleague(world, made.client, Role.VIEWER)
    for person in (made.client, made.freelancer, looker):
        task = (await person.ask(DELIVERED, id=made.task))["task"]
        files = [{"id": plan, "name": "plan.pdf", "status": "CLEAN"}, {"id": note, "name": "a.png", "status": "CLEAN"}]
        assert task["submissions"]["nodes"] == [{"revision": 1, "files": files}]
        url = await download_url(person, plan)
        assert url is not None
        assert (await world.client.http.get(url)).content == PDF
    stranger = await world.client_side("Elsewhere")
    assert await status_of(stranger, plan) is None
    assert await download_url(stranger, plan) is None


async def test_files_alone_are_a_delivery_and_stay_with_it(world: World) -> None:
    made = await make_active_project(world)
    plan = await make_file(made.freelancer)
    await delivered(made, plan)
    assert (await made.freelancer.refused("deleteFile", fileId=plan))["from"] == "ATTACHED"
    await made.freelancer.do("withdrawSubmission", "task { status }", taskId=made.task)
    again = await made.freelancer.refused("submitTask", taskId=made.task, fileIds=[plan])
    assert (again["code"], again["from"]) == ("WRONG_STATE", "ATTACHED")
    assert (await made.freelancer.refused("submitTask", taskId=made.task))["code"] == "INVALID"


async def test_what_is_not_clean_or_not_ones_own_is_not_attached(world: World) -> None:
    made = await make_active_project(world)
    waiting = (await announce(made.freelancer, PDF)).id
    foreign = await make_file(await world.freelancer_side("Rival"))
    proof = await make_file(made.freelancer, purpose="EVIDENCE")
    said = {"taskId": made.task, "note": "Here it is."}
    assert (await made.freelancer.refused("submitTask", fileIds=[waiting], **said))["from"] == "PENDING"
    refused = await made.freelancer.refused("submitTask", fileIds=[foreign], **said)
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["fileIds", "0"])
    refused = await made.freelancer.refused("submitTask", fileIds=[proof], **said)
    assert (refused["code"], refused["path"]) == ("INVALID", ["fileIds", "0"])


async def test_evidence_of_a_credit_dispute_is_for_its_organization_and_the_staff(world: World) -> None:
    owner = await world.client_side()
    dispute = await make_dispute(owner)
    proof = await make_file(owner, purpose="EVIDENCE", name="proof.pdf")
    deciding = await _staff(world)
    assert await status_of(deciding, proof) is None
    await owner.do("addCreditDisputeEvidence", "dispute { version }", disputeId=dispute, fileIds=[proof])
    for person in (owner, deciding, await colleague(world, owner, Role.VIEWER)):
        assert (await person.ask(EVIDENCE, id=dispute))["creditDispute"] == {
            "evidence": [{"id": proof, "name": "proof.pdf"}]
        }
        assert await download_url(person, proof) is not None
    assert await status_of(await world.client_side("Elsewhere"), proof) is None


async def test_nothing_is_added_to_a_dispute_that_was_decided(world: World) -> None:
    owner = await world.client_side()
    dispute, proof = await make_dispute(owner), await make_file(owner, purpose="EVIDENCE")
    deciding = await _staff(world)
    await deciding.do("takeCreditDispute", "dispute { id }", disputeId=dispute)
    await deciding.do("rejectCreditDispute", "dispute { id }", disputeId=dispute, reason="It was right.")
    refused = await owner.refused("addCreditDisputeEvidence", disputeId=dispute, fileIds=[proof])
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "REJECTED")
    assert (await deciding.refused("addCreditDisputeEvidence", disputeId=dispute, fileIds=[]))["code"] == "FORBIDDEN"


async def _staff(world: World) -> Person:
    await world.staff()
    return await another_of_the_staff(world, StaffRole.FINANCE)

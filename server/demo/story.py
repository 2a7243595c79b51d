"""The story: a client and a freelancer drive two gigs to paid invoices, while a second window shows it live."""

from typing import Any

from server.demo.people import Person, sign_up
from server.demo.report import report
from server.demo.window import Window

TASKS = {
    "Design": ["Sketches", "Final design"],
    "Pages": ["Three pages, on phones too"],
    "Shop": ["Catalogue", "Checkout"],
}
CARD = {"provider": "SIMULATOR", "token": "sim_ok", "currency": "EUR"}
BANK = {"provider": "SIMULATOR", "token": "sim_bank_ok", "currency": "EUR"}
BUDGET = {"amountMinor": "115000", "currency": "EUR"}
TERMS = {
    "invoicingMethod": "MILESTONE",
    "fundingMode": "DIRECT",
    "milestones": [{"title": title, "tasks": [{"title": task} for task in tasks]} for title, tasks in TASKS.items()],
}
HELD_BUDGET = {"amountMinor": "40000", "currency": "EUR"}
HELD_TERMS = {
    "invoicingMethod": "MILESTONE",
    "fundingMode": "ESCROW",
    "milestones": [{"title": "Menu", "tasks": [{"title": "Printed menu"}]}],
}
PAYOUT = {"amountMinor": "50000", "currency": "EUR"}


async def play(url: str) -> int:
    """Plays the story once with fresh people; 0 when it ends as it should."""
    say("Two people sign up and send back the token in their mail")
    nora = await sign_up(url, "Nora North", "CLIENT", "Northwind")
    ada = await sign_up(url, "Ada Lovelace", "FREELANCER", "Ada Lovelace")

    say("Nora adds a card, posts a gig of 1150.00 EUR in three milestones, and Ada proposes")
    await nora.do("addPaymentMethod", "method { id }", **CARD)
    proposal = await propose(nora, ada, "A website for a bakery", BUDGET, TERMS)

    say("Nora accepts: one transaction makes the project, its milestones and its tasks")
    before = (await nora.ask("{ liveCursor }"))["liveCursor"]
    project = await accept(nora, proposal)
    show_plan(project)

    say("The live window opens and shows what it has missed; with a card on file the project is active at once")
    async with Window.open(url, nora, project["id"], before) as window:
        await window.until("project.activated")
        await work(window, nora, ada, project)
        await window.until("invoice.paid", times=len(TASKS))
        await window.until("project.completed")

    say("A second gig is paid from escrow: Milepost holds the money before the work begins")
    held = await hold_and_release(url, nora, ada)

    say("Ada has 500.00 EUR of her wallet paid out to her bank")
    await ada.do("addPayoutMethod", "method { id }", **BANK)
    payout = (await ada.keyed("requestPayout", "payout { id }", amount=PAYOUT))["payout"]["id"]
    return await report(nora, ada, [project["id"], held], payout)


async def hold_and_release(url: str, nora: Person, ada: Person) -> str:
    """The second project, whose only milestone is funded first; approving its task releases the money."""
    before = (await nora.ask("{ liveCursor }"))["liveCursor"]
    project = await accept(nora, await propose(nora, ada, "A menu for a bakery", HELD_BUDGET, HELD_TERMS))
    show_plan(project)
    milestone = project["milestones"][0]
    async with Window.open(url, nora, project["id"], before) as window:
        await nora.keyed("fundMilestone", "hold { status }", milestoneId=milestone["id"])
        await window.until("project.activated")
        await deliver(window, nora, ada, milestone["tasks"][0]["id"])
        await window.until("escrow.released")
        await window.until("project.completed")
    return str(project["id"])


async def propose(
    nora: Person, ada: Person, title: str, budget: dict[str, Any], terms: dict[str, Any]
) -> dict[str, Any]:
    """The submitted proposal."""
    categories = (await nora.ask("{ gigCategories(first: 100) { nodes { id slug } } }"))["gigCategories"]["nodes"]
    gig = await nora.do(
        "createGig",
        "gig { id }",
        title=title,
        description="All that guests see, ready for spring.",
        categoryId=next(one["id"] for one in categories if one["slug"] == "web-development"),
        currency="EUR",
        budgetMax=budget,
        deliveryDays=30,
        terms=terms,
    )
    gig_id = gig["gig"]["id"]
    await nora.do("publishGig", "gig { status }", gigId=gig_id)
    made = await ada.do("createProposal", "proposal { id }", gigId=gig_id, amount=budget, deliveryDays=28)
    submitted = await ada.do("submitProposal", "proposal { id version }", proposalId=made["proposal"]["id"])
    proposal: dict[str, Any] = submitted["proposal"]
    return proposal


async def accept(nora: Person, proposal: dict[str, Any]) -> dict[str, Any]:
    """The new project with its plan."""
    accepted = await nora.keyed(
        "acceptProposal",
        "project { id reference milestones { id title amount { decimal currency } tasks { id title } } }",
        proposalId=proposal["id"],
        expectedVersion=proposal["version"],
    )
    project: dict[str, Any] = accepted["project"]
    return project


async def work(window: Window, nora: Person, ada: Person, project: dict[str, Any]) -> None:
    """Task by task. An approved milestone opens its invoice in the same transaction; the card is charged after it."""
    for number, milestone in enumerate(project["milestones"], 1):
        for task in milestone["tasks"]:
            say(f"{milestone['title']}: Ada delivers “{task['title']}”, Nora approves it")
            await deliver(window, nora, ada, task["id"])
        if len(milestone["tasks"]) > 1:
            say(f"{milestone['title']}: Nora approves the milestone; with a single task, the task was enough")
            await nora.keyed("approveMilestone", "invoice { number }", milestoneId=milestone["id"])
        await window.until("invoice.paid", times=number)


async def deliver(window: Window, nora: Person, ada: Person, task_id: str) -> None:
    approved = window.seen["task.approved"]
    link = "https://example.com/bakery"
    delivered = await ada.do("submitTask", "task { revision }", taskId=task_id, note="Here it is.", links=[link])
    await nora.keyed("approveTask", "task { status }", taskId=task_id, revision=delivered["task"]["revision"])
    await window.until("task.approved", times=approved + 1)


def show_plan(project: dict[str, Any]) -> None:
    print(f"    Project {project['reference']}")
    for milestone in project["milestones"]:
        amount, tasks = milestone["amount"], ", ".join(task["title"] for task in milestone["tasks"])
        print(f"    {milestone['title']:<8} {amount['decimal']:>8} {amount['currency']}   {tasks}", flush=True)


def say(text: str) -> None:
    print(f"\n• {text}", flush=True)

"""The story: a client and a freelancer drive a gig to paid invoices, while a second window shows it live."""

import asyncio

from server.demo.people import Person, sign_up
from server.demo.window import Window
from server.seed import PASSWORD, STAFF_EMAIL

GIG = {
    "title": "A website for a bakery",
    "description": "Three pages and a small shop, ready for spring.",
    "currency": "EUR",
    "budgetMax": {"amountMinor": "115000", "currency": "EUR"},
    "deliveryDays": 30,
    "terms": {
        "invoicingMethod": "MILESTONE",
        "fundingMode": "DIRECT",
        "milestones": [{"title": "Design"}, {"title": "Pages"}, {"title": "Shop"}],
    },
}

METHOD = {"provider": "SIMULATOR", "token": "sim_ok", "currency": "EUR"}


async def play(url: str) -> int:
    """Plays the story once with fresh people; 0 when it ends with a paid invoice and balanced books."""
    say("Two people sign up and follow the links in their mail")
    client = await sign_up(url, "Nora of Northwind", "CLIENT")
    freelancer = await sign_up(url, "Ada, freelancer", "FREELANCER")
    await client.do("addPaymentMethod", "paymentMethod { id }", **METHOD)

    say("Nora posts a gig of 1150.00 EUR over three milestones; Ada proposes; Nora accepts")
    project_id = await agree(client, freelancer)
    async with Window.open(url, client, project_id) as window:
        await work(client, freelancer, project_id)
        await window.until("project.completed", paid_invoices=3)
    return await report(url, client, freelancer, project_id)


async def agree(client: Person, freelancer: Person) -> str:
    categories = await client.ask("{ gigCategories(first: 1) { nodes { id } } }")
    gig = await client.do("createGig", "gig { id }", categoryId=categories["gigCategories"]["nodes"][0]["id"], **GIG)
    gig_id = gig["gig"]["id"]
    await client.do("publishGig", "gig { status }", gigId=gig_id)
    amount = {"amountMinor": "115000", "currency": "EUR"}
    made = await freelancer.do("createProposal", "proposal { id }", gigId=gig_id, amount=amount, deliveryDays=28)
    proposal_id = made["proposal"]["id"]
    await freelancer.do("submitProposal", "proposal { status }", proposalId=proposal_id)
    read = await client.ask("query($id: ID!) { proposal(id: $id) { version } }", id=proposal_id)
    accepted = await client.keyed(
        "acceptProposal", "project { id reference }", proposalId=proposal_id, version=read["proposal"]["version"]
    )
    say(f"Project {accepted['project']['reference']} exists; from here on the live window is open")
    return str(accepted["project"]["id"])


async def work(client: Person, freelancer: Person, project_id: str) -> None:
    await until_active(client, project_id)
    plan = await client.ask(
        "query($id: ID!) { project(id: $id) { milestones { title tasks { id title } } } }", id=project_id
    )
    for milestone in plan["project"]["milestones"]:
        for task in milestone["tasks"]:
            say(f"Ada delivers “{task['title']}”, Nora approves")
            await freelancer.do("submitTask", "task { status }", taskId=task["id"], note="Here it is.")
            await client.keyed("approveTask", "milestone { workStatus }", taskId=task["id"], revision=1)


async def until_active(client: Person, project_id: str) -> None:
    for _ in range(100):
        answer = await client.ask("query($id: ID!) { project(id: $id) { status } }", id=project_id)
        if answer["project"]["status"] == "ACTIVE":
            return
        await asyncio.sleep(0.1)
    raise SystemExit("The project did not become active within 10 seconds; is a worker running?")


async def report(url: str, client: Person, freelancer: Person, project_id: str) -> int:
    query = """query($id: ID!) { project(id: $id) { status invoices(first: 10) { nodes {
        number status total { decimal currency } fee { decimal } net { decimal } } } } }"""
    project = (await client.ask(query, id=project_id))["project"]
    say("The invoices")
    for invoice in project["invoices"]["nodes"]:
        total = invoice["total"]
        print(f"    {invoice['number']}  {total['decimal']:>8} {total['currency']}  {invoice['status']}")
    wallets = (await freelancer.ask("{ wallets { currency available { amountMinor decimal } } }"))["wallets"]
    say("Ada's wallet (the gross less Milepost's fee)")
    for wallet in wallets:
        print(f"    {wallet['available']['decimal']:>8} {wallet['currency']}")
    balance = await trial_balance(url)
    paid = all(invoice["status"] == "PAID" for invoice in project["invoices"]["nodes"])
    return 0 if paid and balance == 0 and project["status"] == "COMPLETED" else 1


async def trial_balance(url: str) -> int:
    """Prints the platform's trial balance as staff see it; returns the sum, which must be 0."""
    staff = await Person.signed_in(url, "Staff", STAFF_EMAIL, PASSWORD)
    answer = await staff.ask(
        "{ trialBalance { currency sum { amountMinor } rows { code debit { decimal } credit { decimal } } } }"
    )
    say("The trial balance of the platform")
    off = 0
    for currency in answer["trialBalance"]:
        for row in currency["rows"]:
            print(f"    {row['code']:<18} {row['debit']['decimal']:>12} {row['credit']['decimal']:>12}")
        print(f"    {'sum ' + currency['currency']:<18} {currency['sum']['amountMinor']:>25}")
        off += abs(int(currency["sum"]["amountMinor"]))
    return off


def say(text: str) -> None:
    print(f"\n• {text}", flush=True)

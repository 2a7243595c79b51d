"""Work for a server that is going to be killed: chains of mutations, each remembering what it was told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

NORA, ADA = "nora@northwind.example", "ada@lovelace.example"
BUDGET = {"amountMinor": "10000", "currency": "EUR"}
TERMS = {"invoicingMethod": "MILESTONE", "fundingMode": "DIRECT", "milestones": [{"title": "All of it"}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One mutation. `input_key` goes into the input and `header_key` into the header; most steps have neither."""

    by: str
    mutation: str
    subject: str
    input: dict[str, Any]
    input_key: str | None = None
    header_key: str | None = None
    reached: Sequence[str] = ()
    """The states that a refusal names when an unanswered attempt had been carried out all the same."""

    @property
    def is_keyed(self) -> bool:
        return self.input_key is not None or self.header_key is not None

    @property
    def query(self) -> str:
        title = self.mutation[0].upper() + self.mutation[1:]
        replayed = "replayed" if self.input_key is not None else ""
        more = "project { milestones { tasks { id } } }" if self.mutation == "acceptProposal" else ""
        version = "" if self.subject == "invoice" else "version"
        return (
            f"mutation($input: {title}Input!) {{ result: {self.mutation}(input: $input) {{"
            f" ... on {title}Payload {{ {self.subject} {{ id {version} }} {replayed} {more} }}"
            f" ... on Refusal {{ code message from }} }} }}"
        )

    @property
    def variables(self) -> dict[str, Any]:
        return {"input": self.input | ({"idempotencyKey": self.input_key} if self.input_key else {})}


@dataclass(frozen=True, slots=True)
class Told:
    """What the server has acknowledged: this step happened to this object."""

    step: Step
    object_id: str


@dataclass(slots=True)
class Chain:
    """Steps one after another; an unanswered one stays `pending` and is sent again as it was."""

    number: int
    makers: Sequence[Callable[["Chain"], Step]]
    known: dict[str, Any]
    done: int = 0
    pending: Step | None = None

    @property
    def is_finished(self) -> bool:
        return self.done == len(self.makers)

    def step(self) -> Step:
        if self.pending is None:
            self.pending = self.makers[self.done](self)
        return self.pending

    def answered(self, payload: dict[str, Any]) -> Told:
        """Takes over what later steps need."""
        step = self.step()
        changed = payload[step.subject]
        self.known |= {f"{step.subject}_id": changed["id"], "version": changed.get("version")}
        if "project" in payload:
            self.known["task_id"] = payload["project"]["milestones"][0]["tasks"][0]["id"]
        self.go_on()
        return Told(step, changed["id"])

    def go_on(self) -> None:
        self.done, self.pending = self.done + 1, None


@dataclass(slots=True)
class Chains:
    """Makes chains without end: gigs that become paid milestones, and invoices that are paid by hand."""

    customer_id: str
    category_id: str
    slow_method_id: str
    made: int = 0
    all: list[Chain] = field(default_factory=list)

    def next(self) -> Chain:
        self.made += 1
        known = {"customer_id": self.customer_id, "category_id": self.category_id}
        known["method_id"] = self.slow_method_id if self.made % 3 == 0 else None
        chain = Chain(self.made, GIG_CHAIN if self.made % 2 else INVOICE_CHAIN, known)
        self.all.append(chain)
        return chain


def _key() -> str:
    return str(uuid4())


def _create_gig(chain: Chain) -> Step:
    """Every other one has no key at all: then nothing but its title tells whether it is there."""
    gig = {
        "title": f"Chain {chain.number}",
        "description": "Survives.",
        "categoryId": chain.known["category_id"],
        "currency": "EUR",
        "budgetMax": BUDGET,
        "deliveryDays": 10,
        "terms": TERMS,
    }
    header = _key() if chain.number % 4 == 1 else None
    return Step(by=NORA, mutation="createGig", subject="gig", input=gig, header_key=header)


def _publish_gig(chain: Chain) -> Step:
    input = {"gigId": chain.known["gig_id"]}
    return Step(by=NORA, mutation="publishGig", subject="gig", input=input, reached=("OPEN",))


def _create_proposal(chain: Chain) -> Step:
    input = {"gigId": chain.known["gig_id"], "amount": BUDGET}
    return Step(by=ADA, mutation="createProposal", subject="proposal", input=input, header_key=_key())


def _submit_proposal(chain: Chain) -> Step:
    input = {"proposalId": chain.known["proposal_id"]}
    return Step(by=ADA, mutation="submitProposal", subject="proposal", input=input, header_key=_key())


def _accept_proposal(chain: Chain) -> Step:
    input = {"proposalId": chain.known["proposal_id"], "expectedVersion": chain.known["version"]}
    return Step(by=NORA, mutation="acceptProposal", subject="proposal", input=input, input_key=_key())


def _submit_task(chain: Chain) -> Step:
    input = {"taskId": chain.known["task_id"], "note": "Done."}
    return Step(by=ADA, mutation="submitTask", subject="task", input=input, reached=("SUBMITTED",))


def _approve_task(chain: Chain) -> Step:
    input = {"taskId": chain.known["task_id"], "revision": 1}
    return Step(by=NORA, mutation="approveTask", subject="task", input=input, input_key=_key())


def _create_invoice(chain: Chain) -> Step:
    line = {"description": f"Chain {chain.number}", "unitPrice": BUDGET}
    input = {"customerId": chain.known["customer_id"], "currency": "EUR", "lines": [line]}
    return Step(by=ADA, mutation="createInvoice", subject="invoice", input=input, header_key=_key())


def _open_invoice(chain: Chain) -> Step:
    input = {"invoiceId": chain.known["invoice_id"]}
    return Step(by=ADA, mutation="openInvoice", subject="invoice", input=input, input_key=_key())


def _pay_invoice(chain: Chain) -> Step:
    input = {"invoiceId": chain.known["invoice_id"], "methodId": chain.known["method_id"]}
    return Step(by=NORA, mutation="payInvoice", subject="payment", input=input, input_key=_key())


GIG_CHAIN = (
    _create_gig,
    _publish_gig,
    _create_proposal,
    _submit_proposal,
    _accept_proposal,
    _submit_task,
    _approve_task,
)
INVOICE_CHAIN = (_create_invoice, _open_invoice, _pay_invoice)

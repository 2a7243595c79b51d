import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import * as milepost from '../src/index.js';
import {
  type Client,
  type Document,
  type RequestError,
  acceptProposal,
  addPaymentMethod,
  approveMilestone,
  approveTask,
  createGig,
  createProposal,
  getBalances,
  getGigBoardAll,
  getInvoice,
  getLiveCursor,
  getProject,
  getProjectPage,
  isRefusal,
  listGigCategoriesAll,
  listInvoicesAll,
  orThrow,
  publishGig,
  request,
  submitProposal,
  submitTask,
  watchProject,
} from '../src/index.js';
import { arrive } from './people.js';
import { type Milepost, serveMilepost } from './processes.js';

const BUDGET = { amountMinor: '115000', currency: 'EUR' };
const PLAN = [
  { title: 'Design', tasks: [{ title: 'Sketches' }, { title: 'Final design' }] },
  { title: 'Pages', tasks: [{ title: 'Three pages, on phones too' }] },
  { title: 'Shop', tasks: [{ title: 'Catalogue' }, { title: 'Checkout' }] },
];

let server: Milepost;
let played: { readonly client: Client; readonly projectId: string } | undefined;
before(async () => {
  server = await serveMilepost();
});
after(() => server.stop());

test('a gig becomes a project, its work is approved, and its invoices are paid', { timeout: 120_000 }, async () => {
  const { client: nora } = await arrive(server.url, server.mail, 'Nora North', 'CLIENT');
  const { client: ada, organizationId } = await arrive(server.url, server.mail, 'Ada Lovelace', 'FREELANCER');
  orThrow(await addPaymentMethod(nora, { provider: 'SIMULATOR', token: 'sim_ok', currency: 'EUR' }));

  const gigId = await publish(nora);
  const made = orThrow(await createProposal(ada, { gigId, amount: BUDGET, deliveryDays: 28 }));
  orThrow(await submitProposal(ada, { proposalId: made.proposal.id }));

  const [proposal, ...others] = await all(getGigBoardAll(nora, { id: gigId, first: 1 }));
  assert.equal(others.length, 0);
  assert.equal(proposal?.freelancerOrganization.id, organizationId);

  // A stale version is refused, as data; nothing has happened.
  const stale = await acceptProposal(nora, { proposalId: proposal.id, expectedVersion: proposal.version - 1 });
  assert.ok(isRefusal(stale));
  assert.equal(stale.code, 'CONFLICT');
  assert.equal(stale.currentVersion, proposal.version);

  const cursor = await getLiveCursor(nora);
  const intention = { proposalId: proposal.id, expectedVersion: proposal.version, idempotencyKey: crypto.randomUUID() };
  const { project, replayed } = orThrow(await acceptProposal(nora, intention));
  assert.equal(replayed, false);
  const again = orThrow(await acceptProposal(nora, intention));
  assert.equal(again.replayed, true);
  assert.equal(again.project.id, project.id);

  const happened = follow(nora, project.id, cursor);
  await happened.until('project.activated');
  for (const [number, milestone] of project.milestones.entries()) {
    for (const task of milestone.tasks) {
      const delivered = orThrow(await submitTask(ada, { taskId: task.id, note: 'Here it is.' }));
      orThrow(await approveTask(nora, { taskId: task.id, revision: delivered.task.revision }));
    }
    if (milestone.tasks.length > 1) orThrow(await approveMilestone(nora, { milestoneId: milestone.id }));
    await happened.until('invoice.paid', number + 1);
  }
  await happened.until('project.completed');
  await happened.end();

  const done = await getProject(nora, { id: project.id });
  assert.equal(done?.status, 'COMPLETED');
  assert.equal(done.budgetSummary.paid.decimal, '1150.00');
  assert.equal(done.budgetSummary.remaining.amountMinor, '0');

  const invoices = await all(listInvoicesAll(ada, { first: 2, filter: { role: 'ISSUER' } }));
  assert.deepEqual(
    invoices.map((one) => [one.status, one.paymentStatus, one.amountDue.amountMinor]),
    PLAN.map(() => ['PAID', 'PAID', '0']),
  );
  const invoice = await getInvoice(ada, { id: invoices[0]?.id ?? '' });
  assert.equal(invoice?.payments.nodes[0]?.status, 'SUCCEEDED');

  played = { client: nora, projectId: project.id };

  const { nodes: wallets } = await getBalances(ada);
  const fees = await Promise.all(
    invoices.map(async ({ id }) => (await getInvoice(ada, { id }))?.fee?.amountMinor ?? '0'),
  );
  const earned = 115_000n - fees.map(BigInt).reduce((sum, fee) => sum + fee, 0n);
  assert.equal(wallets[0]?.available.amountMinor, String(earned));
  assert.equal(wallets[0].statement.nodes.length, PLAN.length);
});

test('the server answers every query of this package', { timeout: 60_000 }, async () => {
  const { client, projectId } = played ?? assert.fail('the story has not been played to its end');
  const project = await getProject(client, { id: projectId });
  const page = await getProjectPage(client, { id: projectId });
  const milestone = project?.milestones[0];
  const invoice = await getInvoice(client, { id: page?.invoices.nodes[0]?.id ?? '' });
  const ids: Readonly<Record<string, string | undefined>> = {
    GetGig: page?.gig?.id,
    GetGigBoard: page?.gig?.id,
    GetInvoice: invoice?.id,
    GetMilestone: milestone?.id,
    GetNode: projectId,
    GetOrganization: project?.clientOrganization.id,
    GetPayment: invoice?.payments.nodes[0]?.id,
    GetProject: projectId,
    GetProjectPage: projectId,
    GetProposal: page?.proposal?.id,
    GetTask: milestone?.tasks[0]?.id,
  };
  const others: Readonly<Record<string, object>> = {
    GetDashboard: { organizationId: project?.clientOrganization.id },
    GetInvoiceFigures: { role: 'RECIPIENT' },
    GetPermissionMatrix: { format: 'JSON' },
    PreviewPlan: { budget: BUDGET, terms: { invoicingMethod: 'MILESTONE', fundingMode: 'DIRECT' } },
    PreviewInvoice: { input: { customerId: `cus_${'0'.repeat(32)}`, currency: 'EUR', lines: [] } },
  };
  const unanswered: string[] = [];
  for (const document of queries()) {
    const variables = ids[document.name] ? { id: ids[document.name] } : (others[document.name] ?? {});
    const answer = await request(client, document, variables).catch((error: RequestError) => error.message);
    if (answer === null || typeof answer === 'string') unanswered.push(`${document.name}: ${answer}`);
  }
  // GetLiveCursor answers with text, the clock, webhooks, exceptions and lists of everybody are for staff, and of the
  // rest this story has none.
  const expected = `CheckEntitlement ExplainEntitlement GetApp GetAppUsage GetApproval GetBillingMetrics GetCashReconciliation
    GetChargeback GetCheckoutSession GetClock GetCreditDispute GetCreditLiability GetCreditNote GetCreditOverview GetCreditSummary
    GetCreditTransaction GetCreditUsageByApp GetCrossAppSession GetCurrentApiKey GetDownloadUrl GetEscrowHold GetEscrowSummary GetFile
    GetInboundWebhook GetInvoiceConversion GetJob GetLiveCursor GetMember GetMoneyException GetOwedCharge GetPayout
    GetPriceExperimentReport GetProviderAccount GetPurchase GetQuota GetRefund GetRetentionCohorts
    GetSimulatorSettings GetSubscription GetSystemStatus GetTrialConversion GetUpcomingCharge GetUsage GetWalletStatement
    ListCashReconciliations ListCreditAdjustments ListImpersonations ListInboundWebhooks ListJobs ListMoneyExceptions
    ListOrganizations ListPriceExperiments ListPromotions ListProviderAccounts ListProviderReportLines
    ListScheduledChanges ListScheduledRuns ListSeats ListUsers PreviewSubscriptionChange QuoteCredits QuoteFee ReadAuditExport
    ReadLedgerExport SimulatePermission`;
  assert.deepEqual(
    unanswered.map((one) => one.split(':')[0]),
    expected.split(/\s+/),
  );
});

/** The documents of all queries. */
function queries(): Array<Document<unknown, unknown, string | null>> {
  const documents = Object.entries(milepost).filter(([name]) => name.endsWith('Document'));
  const all = documents.map(([, value]) => value as unknown as Document<unknown, unknown, string | null>);
  return all.filter((one) => one.kind === 'query');
}

/** Posts the gig; the answer is its id. */
async function publish(client: Client): Promise<string> {
  const categories = await all(listGigCategoriesAll(client, { first: 3 }));
  const categoryId = categories.find((one) => one.slug === 'web-development')?.id ?? assert.fail('no such category');
  const { gig } = orThrow(
    await createGig(client, {
      title: 'A website for a bakery',
      description: 'Three pages and a small shop, ready for spring.',
      categoryId,
      currency: 'EUR',
      budgetMax: BUDGET,
      deliveryDays: 30,
      terms: { invoicingMethod: 'MILESTONE', fundingMode: 'DIRECT', milestones: PLAN },
    }),
  );
  assert.equal(gig.status, 'DRAFT');
  assert.equal(orThrow(await publishGig(client, { gigId: gig.id })).gig.status, 'OPEN');
  return gig.id;
}

/** Watches a project from a cursor on. */
function follow(
  client: Client,
  projectId: string,
  after: string,
): { until(type: string, times?: number): Promise<void>; end(): Promise<void> } {
  const seen: string[] = [];
  const feed = watchProject(client, { projectId, after });
  return {
    until: async (type, times = 1) => {
      while (seen.filter((one) => one === type).length < times) {
        const { value, done } = await feed.next();
        if (done) assert.fail(`the feed has ended before ${type}`);
        seen.push(value.event?.type ?? assert.fail('there is a gap'));
      }
    },
    end: async () => {
      await feed.return();
    },
  };
}

async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

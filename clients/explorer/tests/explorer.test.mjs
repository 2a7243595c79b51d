/** What one does with the explorer: build, sign in, run, follow a feed, share a link. */

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import {
  answered,
  assertNothingWrong,
  openExplorer,
  picture,
  run,
  showPane,
  signIn,
  startBrowser,
  startServer,
  typed,
} from './browser.mjs';

let server, browser, page;

before(async () => {
  browser = await startBrowser();
  server = await startServer();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  page = await browser.newPage(server.url);
});
afterEach(async () => {
  assertNothingWrong(page);
  await page.context().close();
});

test('a query is built by clicking and run as somebody of the sandbox', async () => {
  await openExplorer(page, server.url);
  await signIn(page, 'nora@northwind.example');
  await showPane(page, 'Build by clicking');
  await typed(page, '');
  await page.getByRole('button', { name: 'New query', exact: true }).click();
  await page.getByLabel('Filter the fields of Query').fill('gigs');
  const pane = page.getByRole('region', { name: 'Build by clicking' });
  await pane.getByRole('checkbox', { name: /^gigs / }).check();
  await pane.getByRole('checkbox', { name: /^title / }).waitFor();
  await pane.getByRole('checkbox', { name: /^seats / }).check();
  await pane.getByRole('checkbox', { name: /^first:/ }).check();
  await picture(page, 'built');
  await run(page);
  await answered(page, '"A website for a bakery"', '"seats"');
  await page.getByText('OK', { exact: true }).waitFor();
  await picture(page, 'answered');
});

test('unticking takes out what ticking put in, its variable too', async () => {
  await openExplorer(page, server.url);
  await showPane(page, 'Build by clicking');
  await typed(page, 'query Q { viewer { user { id } } }');
  const pane = page.getByRole('region', { name: 'Build by clicking' });
  await page.getByLabel('Filter the fields of Query').fill('gig');
  await pane.getByRole('checkbox', { name: /^gig / }).check();
  await page.getByText('$id: ID!').first().waitFor();
  await pane.getByRole('checkbox', { name: /^gig / }).uncheck();
  await page.getByText('$id: ID!').first().waitFor({ state: 'detached' });
  assert.equal(await pane.getByRole('checkbox', { name: /^viewer / }).isChecked(), true);
});

test('a subscription lists its events as they come, until it is stopped', async () => {
  await openExplorer(page, server.url);
  await signIn(page, 'nora@northwind.example');
  await page.getByLabel('Filter examples').fill('WatchEvents');
  await page.getByRole('button', { name: 'WatchEvents' }).click();
  await run(page);
  await page.getByText('Listening, 0 events').waitFor();
  await shortlist();
  await page.getByText('Listening, 1 event').waitFor();
  await page.locator('summary', { hasText: 'proposal.shortlisted' }).click();
  await picture(page, 'live');
  await page.getByRole('button', { name: /Stop query/ }).click();
  await page.getByText('Ended, 1 event').waitFor();
});

/** Something that happens to Northwind: it likes the proposal for its gig. */
async function shortlist() {
  const { token } = await signedIn('nora@northwind.example');
  const { gigs } = await server.ask('{ gigs { nodes { proposals { nodes { id } } } } }', {}, token);
  const input = { proposalId: gigs.nodes[0].proposals.nodes[0].id };
  const shortlist = 'mutation($input: ShortlistProposalInput!) { shortlistProposal(input: $input) { __typename } }';
  const done = await server.ask(shortlist, { input }, token);
  assert.equal(done.shortlistProposal.__typename, 'ShortlistProposalPayload');
}

async function signedIn(email) {
  const signIn = `mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }`;
  return (await server.ask(signIn, { input: { email, password: 'milepost sandbox' } })).signIn;
}

test('a deep link opens an operation with its variables, and does not run it', async () => {
  const query = 'query Named($id: ID!) { node(id: $id) { id } }';
  const link = new URLSearchParams({ query, variables: '{"id": "gig_0"}' });
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openExplorer(page, server.url, `/explorer?${link}`);
  await page.getByText('query Named').waitFor();
  await page.locator('.graphiql-editor-tool').getByText('"gig_0"').waitFor();
  assert.equal(new URL(page.url()).search, '');
  assert.deepEqual(
    asked.filter((path) => path === '/graphql'),
    [],
  );
});

test('a copied link leads to the same operation', async () => {
  await openExplorer(page, server.url, '/explorer?example=GetLiveCursor');
  await page.getByRole('button', { name: 'Copy as code or link' }).click();
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await page.getByText('Copied a link.').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await browser.newPage(server.url);
  await openExplorer(other, '', link);
  await other.getByText('query GetLiveCursor').waitFor();
  await other.context().close();
});

test('the reference leads to an example in the explorer', async () => {
  await page.goto(`${server.url}/reference/Gig#Mutation.publishGig`);
  const article = page.locator('[id="Mutation.publishGig"]');
  await article.getByText('Example: PublishGig').click();
  await article.getByRole('link', { name: 'Open in the explorer' }).first().click();
  await page.getByText('mutation PublishGig').waitFor();
});

test('the search of the reference finds a mutation by the beginning of its name', async () => {
  await page.goto(`${server.url}/reference`);
  await page.keyboard.press('/');
  await page.keyboard.type('publishg');
  await page.getByRole('link', { name: /Mutation\.publishGig/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/reference/Gig#Mutation.publishGig');
});

test('a pasted token signs in, a wrong one says why not', async () => {
  await openExplorer(page, server.url);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Token').fill('nonsense');
  await page.getByRole('button', { name: 'Use it', exact: true }).click();
  await page.getByRole('alert').getByText(/Sign in first/).waitFor();
  await page.getByLabel('Token').fill((await signedIn('ada@lovelace.example')).token);
  await page.getByRole('button', { name: 'Use it', exact: true }).click();
  await page.getByText('Ada Lovelace', { exact: true }).waitFor();
  await page.reload();
  await page.getByText('Ada Lovelace', { exact: true }).waitFor();
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  assert.equal(kept.includes('Bearer'), false);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByText('Not signed in').waitFor();
});

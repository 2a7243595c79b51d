/** Everybody can use it: axe finds nothing serious in any pane, the keyboard is enough, small screens do. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, test } from 'node:test';
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
} from './browser.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SERIOUS = ['serious', 'critical'];

let server, browser, page;

before(async () => {
  browser = await startBrowser();
  server = await startServer();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
afterEach(async () => {
  assertNothingWrong(page);
  await page.context().close();
});

/** Run from outside the page, so that its policy stays as it is. */
async function assertAccessible(name) {
  await picture(page, name);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const serious = violations.filter((one) => SERIOUS.includes(one.impact));
  const told = serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join('\n    ')}`);
  assert.deepEqual(told, [], name);
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing serious in any pane of the explorer, ${colorScheme}`, async () => {
    page = await browser.newPage(server.url, { colorScheme });
    await openExplorer(page, server.url);
    await assertAccessible(`explorer-${colorScheme}`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await assertAccessible(`sign-in-${colorScheme}`);
    await page.keyboard.press('Escape');
    await signIn(page, 'nora@northwind.example');
    await run(page);
    await answered(page, '"Nora North"');
    await assertAccessible(`ran-${colorScheme}`);
    await page.getByRole('button', { name: 'Copy as code or link' }).click();
    await assertAccessible(`code-${colorScheme}`);
    await page.keyboard.press('Escape');
    for (const pane of ['Build by clicking', 'Documentation Explorer', 'History']) {
      await showPane(page, pane);
      await assertAccessible(`${pane.split(' ')[0].toLowerCase()}-${colorScheme}`);
    }
    for (const dialog of ['Open short keys dialog', 'Open settings dialog']) {
      await page.getByRole('button', { name: dialog }).click();
      await page.getByRole('dialog').waitFor();
      await assertAccessible(`${dialog.split(' ')[1]}-${colorScheme}`);
      await page.keyboard.press('Escape');
    }
    await openExplorer(page, server.url, '/explorer?example=WatchEvents');
    await run(page);
    await page.getByText('Listening, 0 events').waitFor();
    await assertAccessible(`listening-${colorScheme}`);
  });

  test(`axe finds nothing serious in the reference, ${colorScheme}`, async () => {
    page = await browser.newPage(server.url, { colorScheme });
    for (const path of ['', '/map', '/deprecations', '/Gig', '/Refusal', '/Shared']) {
      await page.goto(`${server.url}/reference${path}`);
      for (const one of await page.locator('details.example').all()) await one.evaluate((node) => (node.open = true));
      await assertAccessible(`reference${path.replace('/', '-')}-${colorScheme}`);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('invoice');
    await page.getByRole('link', { name: /Query\.invoice / }).waitFor();
    await assertAccessible(`reference-search-${colorScheme}`);
  });
}

test('the keyboard is enough to sign in, tick a field and run', async () => {
  // High enough for the whole answer: lines out of sight are not in the page.
  page = await browser.newPage(server.url, { viewport: { width: 1280, height: 2000 } });
  await openExplorer(page, server.url);
  await tabTo('Sign in');
  await page.keyboard.press('Enter');
  await tabTo(/nora@northwind/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  await tabTo(/Show Build/);
  await page.keyboard.press('Enter');
  await tabTo(/^liveCursor/);
  await page.keyboard.press('Space');
  await page.getByRole('checkbox', { name: /^liveCursor/, checked: true }).waitFor();
  await tabTo(/Execute query/);
  await page.keyboard.press('Enter');
  await answered(page, '"liveCursor"');
});

/** Presses Tab until something of that name has the focus. */
async function tabTo(name) {
  const wanted = page.getByRole('button', { name }).or(page.getByRole('checkbox', { name })).first();
  await wanted.waitFor();
  for (let pressed = 0; pressed < 150; pressed += 1) {
    if (await wanted.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${name}`);
}

test('the map shows where a noun leads when the keyboard reaches it', async () => {
  page = await browser.newPage(server.url);
  await page.goto(`${server.url}/reference/map`);
  await page.locator('[data-page="Milestone"]').focus();
  const lit = await page.locator('path.lit').evaluateAll((lines) => lines.map((line) => line.dataset.ends));
  assert.ok(lit.includes('Milestone Project'));
  assert.ok(lit.every((ends) => ends.split(' ').includes('Milestone')));
  await picture(page, 'map-lit');
});

test('a page of the reference fits a phone', async () => {
  page = await browser.newPage(server.url, { viewport: { width: 390, height: 800 } });
  for (const path of ['', '/Gig']) {
    await page.goto(`${server.url}/reference${path}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  }
  await picture(page, 'phone');
});

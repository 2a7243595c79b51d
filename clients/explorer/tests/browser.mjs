/** A real Chromium against a real server: what each test of the explorer needs. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const ROOT = join(import.meta.dirname, '..', '..', '..');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const PYTHON = join(ROOT, '.venv', 'bin', 'python');
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A server with a data directory of its own, gone after `stop`. */
export async function startServer() {
  const data = mkdtempSync(join(tmpdir(), 'milepost-explorer-'));
  const server = spawn(PYTHON, ['-m', 'server', 'serve'], {
    cwd: ROOT,
    env: { ...process.env, MILEPOST_DATA_DIR: data, PORT: '0', MILEPOST_LOG_FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    server.stdout.on('data', (text) => {
      said += text;
      if (said.includes('Started in')) resolve(/GraphQL +(\S+)\/graphql/.exec(said)[1]);
    });
    server.once('exit', (code) => reject(new Error(`The server ended with ${code} before it served:\n${said}`)));
  });
  return {
    url,
    async ask(query, variables, token) {
      const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
      const body = await answer.json();
      assert.equal(body.errors, undefined);
      return body.data;
    },
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A browser whose pages record what must not happen: foreign requests, violations of the policy, errors. */
export async function startBrowser() {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`No browser at ${CHROMIUM}. Install Debian's package chromium, or set CHROMIUM to a Chromium.`);
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return {
    version: browser.version(),
    async newPage(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      page.wrongs = [];
      page.requested = 0;
      page.on('request', (request) => {
        page.requested += 1;
        const isOurs = request.url().startsWith(`${url}/`) || /^(data|blob):/.test(request.url());
        if (!isOurs) page.wrongs.push(`foreign request: ${request.url()}`);
      });
      page.on('console', (message) => {
        if (message.type() === 'error') page.wrongs.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => page.wrongs.push(`error: ${error.message}`));
      await page.exposeFunction('noteViolation', (what) => page.wrongs.push(`policy: ${what}`));
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) =>
          window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`),
        );
      });
      return page;
    },
    close: () => browser.close(),
  };
}

/** The explorer, ready to type into. */
export async function openExplorer(page, url, path = '/explorer') {
  await page.goto(url + path);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
}

export async function signIn(page, email) {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: email }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
}

export async function showPane(page, name) {
  const button = page.getByRole('button', { name: `Show ${name}` });
  if (await button.count()) await button.click();
}

/** The operation in the editor, however much of it is on the screen. */
export async function typed(page, text) {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  if (text) await page.keyboard.insertText(text);
}

export async function run(page) {
  await page.getByRole('button', { name: /Execute query/ }).click();
}

/** The answer's text, once it has all of what is awaited. */
export async function answered(page, ...parts) {
  const response = page.getByRole('region', { name: 'Result Window' }).or(page.locator('.result-window'));
  for (const part of parts) await response.getByText(part).first().waitFor();
}

/** Takes a picture where SCREENSHOTS names a folder: for whoever wants to look at the design. */
export async function picture(page, name) {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
}

export function assertNothingWrong(page) {
  assert.deepEqual(page.wrongs, []);
  assert.ok(page.requested > 0);
}

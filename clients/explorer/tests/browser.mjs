/** A real Chromium against a real server: what each test of the explorer needs. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
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
  const server = spawn(process.env.PYTHON ?? join(ROOT, '.venv', 'bin', 'python'), ['-m', 'server', 'serve'], {
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
    async newPage(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
      const page = await context.newPage();
      page.wrongs = [];
      page.on('request', (request) => {
        const isOurs = request.url().startsWith(`${url}/`) || /^(data|blob):/.test(request.url());
        if (!isOurs) page.wrongs.push(`foreign request: ${request.url()}`);
      });
      page.on('console', (message) => {
        if (message.type() === 'error') page.wrongs.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => page.wrongs.push(`error: ${error.message}`));
      return page;
    },
    close: () => browser.close(),
  };
}

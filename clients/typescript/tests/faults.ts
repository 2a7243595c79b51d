import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { type Client, type ClientOptions, createClient } from '../src/index.js';
import { type Served, serveFaults } from './processes.js';

/** What the fault server has got; see clients/faults/README.md. */
export interface Report {
  readonly requests: ReadonlyArray<{
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly token: string | null;
    readonly body: { readonly query: string; readonly variables: Record<string, unknown> };
    readonly sha256: string;
    readonly idempotencyHeader: string | null;
    readonly idempotencyInput: string | null;
    readonly status: number | null;
    readonly ended: string | null;
  }>;
  readonly sockets: ReadonlyArray<{
    readonly token: string | null;
    readonly messages: ReadonlyArray<{ readonly type: string; readonly payload?: { readonly variables: unknown } }>;
    readonly closed: { readonly code: number } | null;
  }>;
  readonly unused: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** A script that is being played to a client. */
export interface Scenario {
  readonly client: Client;
  readonly upload: string;
  report(): Promise<Report>;
  /** The report, after making sure that everything went by the script. */
  played(): Promise<Report>;
}

/** Starts a fault server for the tests of a file; the result plays scripts. */
export function faultServer(): (script: object, options?: Partial<ClientOptions>) => Promise<Scenario> {
  let served: Served;
  before(async () => {
    served = await serveFaults();
  });
  after(() => served.stop());
  return async (script, options) => {
    const response = await fetch(`${served.url}/scenarios`, { method: 'POST', body: JSON.stringify(script) });
    assert.equal(response.status, 200, await response.clone().text());
    const urls = (await response.json()) as { graphql: string; upload: string; report: string };
    const report = async (): Promise<Report> => (await (await fetch(urls.report)).json()) as Report;
    const played = async (): Promise<Report> => {
      const seen = await report();
      assert.deepEqual(seen.problems, []);
      assert.deepEqual(seen.unused, { answers: 0, uploads: 0, sockets: 0 });
      return seen;
    };
    return { client: createClient({ url: urls.graphql, backoff: 1, ...options }), upload: urls.upload, report, played };
  };
}

/** An answer that fits GetClock. */
export const CLOCK = { data: { clock: { now: '2026-07-01T09:00:00Z', aheadSeconds: '0', isSandbox: true } } };

/** The error that a promise must be rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => assert.fail('it was not rejected'),
    (error: Error) => error,
  );
}

/** Subscriptions over graphql-transport-ws: each on a socket of its own, and a list of what came. */

import { createClient, type Client } from 'graphql-ws';
import type { Params } from './http';
import { session } from './session';
import { store } from './store';

export interface Message {
  number: number;
  at: Date;
  /** What to call it: the type of the event where the subscription asks for it. */
  title: string;
  value: unknown;
}

export interface LiveState {
  status: 'connecting' | 'listening' | 'ended';
  /** Why it ended, for people. */
  reason: string;
  messages: Message[];
}

export interface Observer {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

const KEPT_MESSAGES = 100;

export const live = store<LiveState | null>(null);

export function subscribe(params: Params, observer: Observer): { unsubscribe(): void } {
  live.set({ status: 'connecting', reason: '', messages: [] });
  const client = socket();
  const stop = client.subscribe(
    { query: params.query, variables: params.variables ?? null, operationName: params.operationName ?? null },
    {
      next(value) {
        add(value);
        observer.next(value);
      },
      error(error) {
        const reason = reasonOf(error);
        change({ status: 'ended', reason });
        observer.error(Array.isArray(error) ? { errors: error } : { message: reason });
        void client.dispose();
      },
      complete() {
        change({ status: 'ended', reason: live.get()?.reason || 'Stopped.' });
        observer.complete();
        void client.dispose();
      },
    },
  );
  return { unsubscribe: stop };
}

/** No silent reconnects: whoever looks for a missing event must see that the connection broke. */
function socket(): Client {
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const token = session.get()?.token;
  return createClient({
    url: url.href,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    connectionParams: token ? { token } : {},
    on: { connected: () => change({ status: 'listening' }) },
  });
}

function change(part: Partial<LiveState>): void {
  const now = live.get();
  if (now) live.set({ ...now, ...part });
}

function add(value: unknown): void {
  const now = live.get();
  if (!now) return;
  const number = (now.messages[0]?.number ?? 0) + 1;
  const message = { number, at: new Date(), title: titleOf(value) ?? 'message', value };
  live.set({ ...now, messages: [message, ...now.messages].slice(0, KEPT_MESSAGES) });
}

/** The first `type` of an event anywhere in a message. */
function titleOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const type = (value as { type?: unknown }).type;
  if (typeof type === 'string') return type;
  return Object.values(value)
    .map(titleOf)
    .find((title) => title !== undefined);
}

const CLOSED: Record<number, string> = {
  1006: 'The connection broke. Run it again with the last cursor as `after` to miss nothing.',
  1012: 'The server restarts. Run it again with the last cursor as `after` to miss nothing.',
  4403: 'Your session has ended. Sign in again.',
};

function reasonOf(error: unknown): string {
  if (Array.isArray(error)) return error.map((one: { message: string }) => one.message).join(' ');
  if (error instanceof CloseEvent) return CLOSED[error.code] ?? `The server closed the connection: ${error.code} ${error.reason}`;
  return error instanceof Error ? error.message : 'The connection failed.';
}

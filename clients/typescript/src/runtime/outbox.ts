import { type Awaitable, type Client, request } from './client.js';
import type { Document } from './document.js';
import { RequestError, isTemporary } from './errors.js';

/** A mutation that waits to be sent. Plain data: it survives JSON. */
export interface Waiting {
  readonly document: Document<unknown, unknown, string | null>;
  readonly variables: unknown;
  /** What makes it safe to send it twice, for mutations that take it as a header. */
  readonly idempotencyKey: string;
  readonly addedAt: string;
}

/** Keeps what waits, so that it survives a restart; for example a JSON file or an entry of localStorage. */
export interface OutboxStore {
  load(): Awaitable<readonly Waiting[]>;
  save(waiting: readonly Waiting[]): unknown;
}

/** What became of a mutation: `result` is what its function would have returned, a refusal included. */
export type Sent =
  { readonly waiting: Waiting; readonly result: unknown } | { readonly waiting: Waiting; readonly error: unknown };

/** Mutations that are made while there is no network, and sent in their order when there is. */
export interface Outbox {
  /** Keeps a mutation; it is sent by the next `flush`. */
  add<Result, Variables, Root extends string | null>(
    document: Document<Result, Variables, Root>,
    variables: Variables,
  ): Promise<void>;
  /** Sends what waits, in order, until the server cannot be reached. Returns how many wait still. */
  flush(): Promise<number>;
  /** What waits. */
  waiting(): Promise<readonly Waiting[]>;
}

/**
 * An outbox over a store. A mutation leaves it when the server has answered, also with a refusal or an error that would
 * come again; `onSent` hears of each. Only mutations with an idempotency key are taken: one that was sent just before
 * the network or the process ended is sent again, and has happened once.
 */
export function createOutbox(client: Client, store: OutboxStore, onSent?: (sent: Sent) => unknown): Outbox {
  let turn: Promise<unknown> = Promise.resolve();
  // One after the other: both add and flush read, change and save.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  const sendFirst = async (): Promise<boolean> => {
    const [first, ...others] = await store.load();
    if (!first) return false;
    let sent: Sent;
    try {
      const options = { idempotencyKey: first.idempotencyKey };
      sent = { waiting: first, result: await request(client, first.document, first.variables, options) };
    } catch (error) {
      if (!(error instanceof RequestError) || isTemporary(error) || error.code === 'UNAUTHENTICATED') return false;
      sent = { waiting: first, error };
    }
    await onSent?.(sent);
    await store.save(others);
    return true;
  };
  return {
    add: (document, variables) => {
      if (!document.key) throw new TypeError(`${document.name} takes no idempotency key: it cannot be sent later.`);
      return inTurn(async () => {
        const entry = { document, variables, idempotencyKey: crypto.randomUUID(), addedAt: new Date().toISOString() };
        await store.save([...(await store.load()), entry as Waiting]);
      });
    },
    flush: async () => {
      while (await inTurn(sendFirst));
      return (await store.load()).length;
    },
    waiting: async () => store.load(),
  };
}

import type { Awaitable, Call, Middleware } from './client.js';
import { RequestError } from './errors.js';

/** Where answers are kept, for example a Map, or a few lines around IndexedDB. Empty it when somebody else signs in. */
export interface Store {
  get(key: string): Awaitable<unknown>;
  set(key: string, data: unknown): unknown;
}

/** When a kept answer is used. */
export interface CacheOptions {
  /**
   * `offline`, unless said: only where the server cannot be reached. `first`: wherever there is one, without asking the
   * server.
   */
  readonly use?: 'offline' | 'first';
  /** Told about every answer that did not come from the server. */
  readonly onUsed?: (call: Call) => void;
}

/** Keeps the answers of queries: `createClient({ url, use: [cacheQueries(new Map())] })`. */
export function cacheQueries(store: Store, { use = 'offline', onUsed }: CacheOptions = {}): Middleware {
  return async (call, next) => {
    if (call.document.kind !== 'query') return next(call);
    const key = cacheKey(call);
    const kept = async (): Promise<unknown> => {
      const found = await store.get(key);
      if (found !== undefined) onUsed?.(call);
      return found;
    };
    const early = use === 'first' ? await kept() : undefined;
    if (early !== undefined) return early;
    try {
      const data = await next(call);
      await store.set(key, data);
      return data;
    } catch (error) {
      const late = error instanceof RequestError && error.code === 'NETWORK' ? await kept() : undefined;
      if (late === undefined) throw error;
      return late;
    }
  };
}

/** The same for the same operation and variables, in whichever order they are given. */
export function cacheKey({ document, variables }: Pick<Call, 'document' | 'variables'>): string {
  return `${document.name} ${JSON.stringify(variables, (_, value: unknown) => inOrder(value))}`;
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

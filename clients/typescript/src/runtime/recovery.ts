import { type Client, tokenOf } from './client.js';
import { RequestError, isTemporary } from './errors.js';

/** One request or feed on its way to success. */
export interface Trial {
  readonly client: Client;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** The token of the latest attempt. */
  token: string | null | undefined;
  /** How often it was repeated since it last worked. */
  repeated: number;
  /** Whether the token was refreshed since it last worked. */
  hasRefreshed: boolean;
}

const LONGEST_WAIT_MS = 20_000;
const LONGEST_RETRY_AFTER_S = 60;

export function startTrial(client: Client, retries: number, signal: AbortSignal | undefined): Trial {
  return { client, retries, signal, token: undefined, repeated: 0, hasRefreshed: false };
}

/** Returns when it makes sense to try again; throws the error where it does not. */
export async function recover(trial: Trial, error: unknown): Promise<void> {
  const { client, signal } = trial;
  signal?.throwIfAborted();
  if (!(error instanceof RequestError)) throw error;
  if (error.code === 'UNAUTHENTICATED' && client.options.refresh && !trial.hasRefreshed) {
    trial.hasRefreshed = true;
    await refresh(client, trial.token);
    return;
  }
  const { retryAfter = 0 } = error.failure;
  // Feeds are repeated without end, and wait for as long as it takes.
  const isTooLong = retryAfter > LONGEST_RETRY_AFTER_S && trial.retries !== Infinity;
  if (!isTemporary(error) || trial.repeated >= trial.retries || isTooLong) throw error;
  await sleep(Math.max(retryAfter * 1000, jitter(client, trial.repeated++)), signal);
}

/** Refreshes the token, together with all others who wait for that; at once when somebody has just done it. */
async function refresh(client: Client, refused: string | null | undefined): Promise<void> {
  if ((await tokenOf(client)) !== refused) return;
  client.refreshing ??= Promise.resolve(client.options.refresh?.()).finally(() => {
    client.refreshing = undefined;
  });
  await client.refreshing;
}

/** Anything up to a limit that doubles: clients that failed together do not come back together. */
function jitter({ options: { backoff = 300 } }: Client, repeated: number): number {
  return Math.random() * Math.min(LONGEST_WAIT_MS, backoff * 2 ** repeated);
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

import { type Client, type Payload, payloadOf, tokenOf, unwrap } from './client.js';
import type { Document } from './document.js';
import { type Answered, errorOf } from './errors.js';
import { type Trial, recover, startTrial } from './recovery.js';
import { openOnSocket } from './socket.js';

const LONG_MS = 10_000;

/** How a feed is doing. */
export type LiveStatus =
  /** It runs. `isWhole`: nothing was missed since the last message, or since the beginning where there was none. */
  | { readonly state: 'connected'; readonly isWhole: boolean }
  /** It was cut. It tries again by itself, or throws the error where that makes no sense. */
  | { readonly state: 'interrupted'; readonly error: unknown };

/** Options of a feed. */
export interface LiveOptions {
  /** Ends the feed; the loop over it throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told when the feed is connected and when it is interrupted. */
  readonly onStatus?: (status: LiveStatus) => void;
  /** How often it is tried again without success in between; without end unless said. */
  readonly retries?: number;
}

/** Opens a feed once: yields answers, returns when the server has ended it, throws when it is cut. */
export type Opener = (trial: Trial, payload: Payload, onOpen: () => void) => AsyncGenerator<Answered, void, undefined>;

/**
 * Follows a subscription over WebSocket. After a cut it connects again and resumes behind the last message; use the
 * `cursor` of a message as variable `after` to do the same in another process.
 */
export function live<Result, Variables, Root extends string | null>(
  client: Client,
  document: Document<Result, Variables, Root>,
  variables: Variables,
  options?: LiveOptions,
): AsyncGenerator<Result, void, undefined> {
  return follow(client, document, variables, openOnSocket, options);
}

/** Follows a subscription over any transport. */
export async function* follow<Result, Variables, Root extends string | null>(
  client: Client,
  document: Document<Result, Variables, Root>,
  variables: Variables,
  open: Opener,
  { signal, onStatus, retries = Infinity }: LiveOptions = {},
): AsyncGenerator<Result, void, undefined> {
  const { resume } = document;
  const trial = startTrial(client, retries, signal);
  let cursor = resume && (variables as Record<string, unknown>)[resume.after];
  let isFirst = true;
  const works = (): void => {
    trial.repeated = 0;
    trial.hasRefreshed = false;
  };
  for (;;) {
    let openedAt = Infinity;
    try {
      trial.token = await tokenOf(client);
      const given = resume && cursor != null ? { ...variables, [resume.after]: cursor } : variables;
      const onOpen = (): void => {
        openedAt = Date.now();
        onStatus?.({ state: 'connected', isWhole: isFirst || cursor != null });
      };
      for await (const answer of open(trial, payloadOf(document, given), onOpen)) {
        if (answer.data == null) throw errorOf(answer);
        const message = unwrap<Result>(document, answer.data);
        works();
        cursor = (resume && (message as Record<string, unknown> | null)?.[resume.cursor]) ?? cursor;
        yield message;
      }
      return;
    } catch (error) {
      isFirst = false;
      // A feed may be silent for days: then it has worked, too.
      if (Date.now() - openedAt > LONG_MS) works();
      onStatus?.({ state: 'interrupted', error });
      await recover(trial, error);
    }
  }
}

import { type Client, dataOf, post } from './client.js';
import type { Document } from './document.js';
import { type Answered, unreachable } from './errors.js';
import { type LiveOptions, type Opener, follow } from './live.js';

/** The server shows that it is there every 14 seconds. */
const LONGEST_SILENCE_MS = 45_000;

/**
 * Follows a subscription over server-sent events, like `live` does over WebSocket: for networks that let no WebSocket
 * through. Every feed is a request of its own.
 */
export function liveOverEvents<Result, Variables, Root extends string | null>(
  client: Client,
  document: Document<Result, Variables, Root>,
  variables: Variables,
  options?: LiveOptions,
): AsyncGenerator<Result, void, undefined> {
  let lastId = '';
  const open: Opener = async function* (trial, payload, onOpen) {
    const { signal } = trial;
    const stop = new AbortController();
    const abort = (): void => stop.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    try {
      const resumed: Record<string, string> = lastId ? { 'last-event-id': lastId } : {};
      const response = await post(trial, payload, { accept: 'text/event-stream', ...resumed }, stop.signal);
      // What is refused as a whole is answered as JSON.
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
        yield { data: await dataOf(response) };
        return;
      }
      onOpen();
      for await (const { id, event, data } of read(response, stop)) {
        lastId = id ?? lastId;
        if (event === 'complete') return;
        if (event === 'next') yield JSON.parse(data) as Answered;
      }
      throw unreachable(undefined, 'The stream ended in the middle.');
    } finally {
      signal?.removeEventListener('abort', abort);
      stop.abort();
    }
  };
  return follow(client, document, variables, open, options);
}

interface ServerEvent {
  id?: string;
  event?: string;
  data: string;
}

/** The events of a stream. One on which nothing comes for long, not even a comment, is cut without our knowing it. */
async function* read(response: Response, stop: AbortController): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const silence = setTimeout(() => stop.abort(), LONGEST_SILENCE_MS);
    const chunk = await reader
      ?.read()
      .catch((cause: unknown) => {
        throw unreachable(cause);
      })
      .finally(() => clearTimeout(silence));
    if (!chunk || chunk.done) return;
    const blocks = (rest + chunk.value).replace(/\r\n?/g, '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield parse(block);
  }
}

function parse(block: string): ServerEvent {
  const found: ServerEvent = { data: '' };
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w*):? ?(.*)$/.exec(line) ?? [];
    if (name === 'id' || name === 'event') found[name] = value;
    if (name === 'data') data.push(value);
  }
  return { ...found, data: data.join('\n') };
}

import type { Document } from './document.js';
import { type Answered, RequestError, errorOf, isTemporary } from './errors.js';
import type { Connection } from './socket.js';
import { recover, startTrial } from './recovery.js';

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/** How to reach the API, and as whom. */
export interface ClientOptions {
  /** The address of the GraphQL endpoint. */
  readonly url: string;
  /** The session's token, or a function that is asked for it before every request and every connection. */
  readonly token?: string | (() => Awaitable<string | null | undefined>);
  /**
   * Called when the server no longer accepts the token, once however many requests are waiting. When it is done, `token`
   * is asked again and each of them is sent once more. Throw here when nobody can be signed in without asking.
   */
  readonly refresh?: () => Awaitable<unknown>;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How often a request is repeated after a temporary failure; 3 unless said. */
  readonly retries?: number;
  /** The longest wait before the first repetition in milliseconds, doubled for each further one; 300 unless said. */
  readonly backoff?: number;
  /** Instead of the global fetch. */
  readonly fetch?: typeof fetch;
  /** Instead of the global WebSocket; needed on Node 20, which has none. */
  readonly webSocket?: SocketClass;
  /** What stands around every request, the outermost first: caches, logs, measurements. */
  readonly use?: readonly Middleware[];
}

/** The part of WebSocket that is used; the browser's, Node's, and those of ws and undici fit. */
export interface SocketClass {
  new (url: string, protocol: string): SocketLike;
}

/** A WebSocket. */
export interface SocketLike {
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** Options of one request. */
export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Headers of this request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The key of a mutation that takes it as a header; a new one unless given. */
  readonly idempotencyKey?: string;
  /** Instead of the client's. */
  readonly retries?: number;
}

/** A request on its way through the middleware. */
export interface Call {
  readonly client: Client;
  readonly document: Document<unknown, unknown, string | null>;
  readonly variables: unknown;
  readonly options: RequestOptions;
}

/** Stands around requests: calls `next` or not, before or after something else; answers with the whole data. */
export type Middleware = (call: Call, next: (call: Call) => Promise<unknown>) => Promise<unknown>;

/** What functions take first. Made by `createClient`; holds what is shared by all requests. */
export interface Client {
  readonly options: ClientOptions;
  /** The refresh of the token that is under way. */
  refreshing?: Promise<unknown> | undefined;
  /** The socket that live updates share. */
  connection?: Connection | undefined;
}

/** A client; it opens nothing by itself. */
export function createClient(options: ClientOptions): Client {
  return { options };
}

/** Runs a query or mutation. Throws a RequestError, or the signal's reason when it is aborted. */
export async function request<Result, Variables, Root extends string | null>(
  client: Client,
  document: Document<Result, Variables, Root>,
  variables: Variables,
  options: RequestOptions = {},
): Promise<Result> {
  const around = client.options.use ?? [];
  const run = around.reduceRight<(call: Call) => Promise<unknown>>((next, one) => (call) => one(call, next), send);
  const data = await run({ client, document: document as Call['document'], variables, options });
  return unwrap<Result>(document, data);
}

/** What a function returns of an answer's data. */
export function unwrap<Result>(document: { readonly root?: string }, data: unknown): Result {
  return (document.root ? (data as Record<string, unknown>)[document.root] : data) as Result;
}

async function send({ client, document, variables, options }: Call): Promise<unknown> {
  const headers: Record<string, string> = { ...options.headers };
  if (document.key === 'header') headers['idempotency-key'] = options.idempotencyKey ?? crypto.randomUUID();
  const maySendAgain = document.kind === 'query' || document.key;
  const retries = maySendAgain ? (options.retries ?? client.options.retries ?? 3) : 0;
  const trial = startTrial(client, retries, options.signal);
  for (;;) {
    try {
      trial.token = await tokenOf(client);
      const body = { query: document.parts.join(''), variables, operationName: document.name };
      const response = await post(client, body, { ...options, headers }, trial.token, 'application/json');
      return await dataOf(response);
    } catch (error) {
      await recover(trial, error);
    }
  }
}

/** The token of this moment. */
export async function tokenOf({ options: { token } }: Client): Promise<string | null | undefined> {
  return typeof token === 'function' ? token() : token;
}

/** Sends a body once; a failure of the network becomes a RequestError. */
export async function post(
  { options }: Client,
  body: unknown,
  { headers, signal }: RequestOptions,
  token: string | null | undefined,
  accept: string,
): Promise<Response> {
  const all = { accept, 'content-type': 'application/json', ...options.headers, ...headers };
  if (token) Object.assign(all, { authorization: `Bearer ${token}` });
  try {
    return await (options.fetch ?? fetch)(options.url, {
      method: 'POST',
      headers: all,
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (cause) {
    throw unreachable(cause, signal);
  }
}

/** The error for a request that got no whole answer; the reason of an abort stays what it is. */
export function unreachable(cause: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return cause;
  return new RequestError('The server cannot be reached.', { code: 'NETWORK', isTemporary: true, cause });
}

/** The data of an answer; throws for everything else. */
export async function dataOf(response: Response, signal?: AbortSignal): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw unreachable(cause, signal);
  });
  const { status } = response;
  const retryAfter = secondsUntil(response.headers.get('retry-after'));
  let answer: Answered;
  try {
    answer = JSON.parse(text) as Answered;
  } catch (cause) {
    const code = status === 401 ? 'UNAUTHENTICATED' : 'HTTP';
    const failure = { code, status, retryAfter, isTemporary: isTemporary(status), cause };
    throw new RequestError(`The server answered ${status} without GraphQL.`, failure);
  }
  if (answer.errors || answer.data == null) throw errorOf(answer, status, retryAfter);
  return answer.data;
}

/** The seconds that a Retry-After asks for: it says them, or a time. */
function secondsUntil(header: string | null): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  return Number.isNaN(seconds) ? Math.max(0, (Date.parse(header) - Date.now()) / 1000) : seconds;
}

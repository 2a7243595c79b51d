import { type Document, textOf } from './document.js';
import { type Answered, RequestError, errorOf, unreachable } from './errors.js';
import { type Trial, recover, startTrial } from './recovery.js';
import type { Connection } from './socket.js';

const JSON_TYPE = 'application/json';

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/** How to reach the API, and as whom. */
export interface ClientOptions {
  /** The address of the GraphQL endpoint. */
  readonly url: string;
  /** The session's token, or a function that is asked for it before every request and every connection. */
  readonly token?: string | null | (() => Awaitable<string | null | undefined>);
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
      return await dataOf(await post(trial, payloadOf(document, variables), headers));
    } catch (error) {
      await recover(trial, error);
    }
  }
}

/** What is sent for an operation. */
export interface Payload {
  readonly query: string;
  readonly variables: unknown;
  readonly operationName: string;
}

export function payloadOf(document: Pick<Document<unknown, unknown>, 'name' | 'parts'>, variables: unknown): Payload {
  return { query: textOf(document), variables, operationName: document.name };
}

/** The token of this moment. */
export async function tokenOf({ options: { token } }: Client): Promise<string | null | undefined> {
  return typeof token === 'function' ? token() : token;
}

/** Sends an operation once, with the token of this moment; a failure of the network becomes a RequestError. */
export async function post(
  trial: Trial,
  payload: Payload,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined = trial.signal,
): Promise<Response> {
  const { options } = trial.client;
  const token = (trial.token = await tokenOf(trial.client));
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return (options.fetch ?? fetch)(options.url, {
    method: 'POST',
    headers: { accept: JSON_TYPE, 'content-type': JSON_TYPE, ...options.headers, ...authorization, ...headers },
    body: JSON.stringify(payload),
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
}

/** The data of an answer; throws for everything else. */
export async function dataOf(response: Response): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw unreachable(cause);
  });
  const { status } = response;
  const retryAfter = secondsUntil(response.headers.get('retry-after'));
  let answer: Answered;
  try {
    answer = JSON.parse(text) as Answered;
  } catch (cause) {
    const failure = { code: status === 401 ? 'UNAUTHENTICATED' : 'HTTP', status, retryAfter, cause };
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

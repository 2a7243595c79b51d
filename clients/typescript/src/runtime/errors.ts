import type { Open } from './document.js';

/** An error as the server reports it. */
export interface ServerError {
  readonly message: string;
  readonly path?: ReadonlyArray<string | number>;
  readonly extensions?: {
    readonly code?: string;
    readonly requestId?: string;
    readonly retryAfter?: number;
    readonly [key: string]: unknown;
  };
}

/** What the server answers to an operation. */
export interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly ServerError[];
}

/**
 * Why a request failed. `NETWORK`: there is no connection, or it was cut. `HTTP`: the answer is no GraphQL. `SOCKET`: the
 * server wants no socket of this kind. All others come from the server.
 */
export type ErrorCode = Open<
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'NETWORK'
  | 'HTTP'
  | 'SOCKET'
>;

/** What is known of a failure besides its message. */
export interface Failure {
  readonly code: ErrorCode;
  /** The HTTP status, or the code with which a socket was closed. */
  readonly status?: number | undefined;
  /** All errors of the answer. */
  readonly errors?: readonly ServerError[] | undefined;
  /** What was answered in spite of the errors. */
  readonly data?: unknown;
  /** What to quote when you ask us about it. */
  readonly requestId?: string | undefined;
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A request failed: no answer, no GraphQL, or errors in the answer. Never thrown for refusals: those are data. */
export class RequestError extends Error {
  readonly code: ErrorCode;
  constructor(
    message: string,
    readonly failure: Failure,
  ) {
    super(message, { cause: failure.cause });
    this.name = 'RequestError';
    this.code = failure.code;
  }
}

/** The error for an answer that has errors. */
export function errorOf({ data, errors = [] }: Answered, status?: number, after?: number): RequestError {
  const first = errors[0];
  const { code = 'INTERNAL', requestId, retryAfter = after } = first?.extensions ?? {};
  const failure = { code, status, errors, data, requestId, retryAfter };
  return new RequestError(first?.message ?? 'The answer has neither data nor errors.', failure);
}

/** The error for a request that got no whole answer. */
export function unreachable(cause: unknown, message = 'The server cannot be reached.'): RequestError {
  return new RequestError(message, { code: 'NETWORK', cause });
}

/** Whether the same may work in a moment. */
export function isTemporary({ failure: { code, status = 0, retryAfter } }: RequestError): boolean {
  return code === 'NETWORK' || retryAfter != null || [408, 425, 429, 502, 503, 504].includes(status);
}

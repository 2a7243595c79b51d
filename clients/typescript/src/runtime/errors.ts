import type { Open } from './document.js';

/** An error as the server reports it. */
export interface ServerError {
  readonly message: string;
  readonly path?: ReadonlyArray<string | number>;
  readonly extensions?: { readonly code?: string; readonly requestId?: string; readonly [key: string]: unknown };
}

/** What the server answers to an operation. */
export interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly ServerError[];
}

/** Codes of errors; those in capitals and documented by the API come from the server, the others are ours. */
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
  /** Whether the same may work in a moment. */
  readonly isTemporary?: boolean | undefined;
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
export function errorOf({ data, errors = [] }: Answered, status?: number, retryAfter?: number): RequestError {
  const first = errors[0];
  const { code = 'INTERNAL', requestId } = first?.extensions ?? {};
  return new RequestError(first?.message ?? 'The answer has neither data nor errors.', {
    code,
    status,
    errors,
    data,
    requestId,
    retryAfter,
    isTemporary: isTemporary(status),
  });
}

/** Statuses after which the same request may work in a moment. */
export function isTemporary(status = 0): boolean {
  return [408, 425, 429, 502, 503, 504].includes(status);
}

import type { Open } from './document.js';

/** The part of a refusal that every refusal has. */
export interface RefusalLike {
  readonly __typename: string;
  readonly code?: Open<string>;
  readonly message?: string;
}

/** Thrown by `orThrow`: the server has refused, and nothing has changed. */
export class RefusedError<Refused extends RefusalLike = RefusalLike> extends Error {
  readonly code: string;
  constructor(readonly refusal: Refused) {
    super(refusal.message ?? `The server answered with ${refusal.__typename}, which this version does not know.`);
    this.name = 'RefusedError';
    this.code = refusal.code ?? 'UNKNOWN';
  }
}

/** The members of a result that are no payload. */
type NoPayload = { readonly __typename: '%other' | `${string}Refusal` };

/** The payload of a mutation's result; throws a RefusedError for a refusal, and for what a newer server has added. */
export function orThrow<Result extends { readonly __typename: string }>(result: Result): Exclude<Result, NoPayload> {
  // Of a member that was unknown when the document was written, nothing but its name is selected.
  if (isRefusal(result) || Object.keys(result).length === 1) throw new RefusedError(result);
  return result as Exclude<Result, NoPayload>;
}

/** Whether a result is one of the typed refusals. */
export function isRefusal<Result extends { readonly __typename: string }>(
  result: Result,
): result is Extract<Result, { readonly __typename: `${string}Refusal` }> {
  return result.__typename.endsWith('Refusal');
}

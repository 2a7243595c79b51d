/** A request as the writers of code get it. */

import type { Example } from '../setup';

export type Language = 'curl' | 'TypeScript' | 'Dart' | 'Python';

export interface CodeRequest {
  /** The address of the endpoint. */
  url: string;
  query: string;
  variables: Record<string, unknown>;
  headers: Record<string, string>;
  isSubscription: boolean;
  /** Sends $MILEPOST_TOKEN. */
  isSignedIn: boolean;
  /** The operation of the clients that this is, where it is one: their packages have a function for it. */
  shipped: Example | undefined;
}

/** The same endpoint for sockets. */
export function socketUrl(request: CodeRequest): string {
  return request.url.replace(/^http/, 'ws');
}

export function indented(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}

export function bodyOf(request: CodeRequest): { query: string; variables?: Record<string, unknown> } {
  const hasVariables = Object.keys(request.variables).length > 0;
  return { query: request.query, ...(hasVariables && { variables: request.variables }) };
}

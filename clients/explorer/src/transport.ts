/** How GraphiQL sends operations: signed in when somebody is, subscriptions over the socket. */

import type { Fetcher, FetcherOpts, FetcherParams, FetcherReturnType } from '@graphiql/toolkit';
import { getOperationAST } from 'graphql';
import { post, type Answer, type Params } from './http';
import { subscribe, type Observer } from './live';
import { forget, session } from './session';
import { store } from './store';

/** The last answer over HTTP, for the status line. */
export const lastAnswer = store<Answer | null>(null);

export const fetcher: Fetcher = (params, options) => {
  const request: Params = { ...params, variables: params.variables as Record<string, unknown> | undefined };
  const sent = isSubscription(params, options)
    ? { subscribe: (observer: Observer) => subscribe(request, observer) }
    : send(request, options?.headers ?? {});
  return sent as FetcherReturnType;
};

async function send(request: Params, given: Record<string, string>): Promise<Answer['body']> {
  const token = session.get()?.token;
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  if (token) headers['authorization'] ??= `Bearer ${token}`;
  const answer = await post(request, headers);
  lastAnswer.set(answer);
  const isRefused = answer.body.errors?.some((fault) => fault.extensions?.code === 'UNAUTHENTICATED');
  if (isRefused && token && headers['authorization'] === `Bearer ${token}`) forget();
  return answer.body;
}

function isSubscription(params: FetcherParams, options?: FetcherOpts): boolean {
  const document = options?.documentAST;
  return document !== undefined && getOperationAST(document, params.operationName)?.operation === 'subscription';
}

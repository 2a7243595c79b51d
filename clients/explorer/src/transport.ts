/** How GraphiQL sends operations: signed in when somebody is, subscriptions over the socket. */

import type { Fetcher, FetcherParams, FetcherReturnType } from '@graphiql/toolkit';
import { getOperationAST, parse, type OperationDefinitionNode } from 'graphql';
import { post, type Answer, type Params } from './http';
import { subscribe, type Observer } from './live';
import { forget, session } from './session';
import { store } from './store';

/** The last answer over HTTP, for the status line. */
export const lastAnswer = store<Answer | null>(null);

export const fetcher: Fetcher = (params, options) => {
  const operation = operationIn(params);
  const request: Params = {
    query: params.query,
    variables: params.variables as Record<string, unknown> | undefined,
    operationName: operation?.name?.value,
  };
  const sent =
    operation?.operation === 'subscription'
      ? { subscribe: (observer: Observer) => subscribe(request, observer) }
      : send(request, options?.headers ?? {});
  return sent as FetcherReturnType;
};

/** What GraphiQL knows of the text lags behind it: whoever is quick would run this text under the name of the last one. */
function operationIn({ query, operationName }: FetcherParams): OperationDefinitionNode | undefined {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? undefined;
  } catch {
    return undefined;
  }
}

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

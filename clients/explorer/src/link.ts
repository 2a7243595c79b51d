/** Deep links: an operation in the address, opened but never run by itself. */

import { variablesOf, type Example } from './setup';

export interface Linked {
  query: string;
  variables: string;
}

/** What `?query=&variables=` or `?example=NAME` asks for; taken out of the address, so that reloading keeps edits. */
export function takeLink(examples: Example[]): Linked | undefined {
  const asked = new URLSearchParams(location.search);
  history.replaceState(null, '', location.pathname);
  const example = examples.find((one) => one.name === asked.get('example'));
  if (example) return { query: example.text, variables: variablesOf(example) };
  const query = asked.get('query');
  return query === null ? undefined : { query, variables: asked.get('variables') ?? '' };
}

export function linkTo(query: string, variables: string): string {
  const link = new URL('/explorer', location.href);
  link.searchParams.set('query', query);
  if (variables.trim()) link.searchParams.set('variables', variables);
  return link.href;
}

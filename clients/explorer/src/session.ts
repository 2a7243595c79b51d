/** Who is signed in. The token stays in this browser tab: it is forgotten with it, and never part of a link. */

import { post, type Answer } from './http';
import { store } from './store';

export interface Session {
  token: string;
  name: string;
  organization: string;
}

interface Viewer {
  user: { displayName: string };
  organization: { name: string } | null;
}

const KEPT_AS = 'milepost-explorer-session';
const VIEWER = 'user { displayName } organization { name }';
const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    ... on SignInPayload { token viewer { ${VIEWER} } }
    ... on Refusal { message }
  }
}`;

const WANTS_A_CODE = 'This account has a second factor. Sign in with completeSignIn and give the token here.';

export const session = store<Session | null>(kept());

export async function signIn(email: string, password: string): Promise<void> {
  const answer = await post({ query: SIGN_IN, variables: { input: { email, password } } });
  const result = dataOf<{ signIn: { token?: string; viewer?: Viewer; message?: string } }>(answer).signIn;
  if (!result.token || !result.viewer) throw new Error(result.message ?? WANTS_A_CODE);
  keep(sessionOf(result.token, result.viewer));
}

export async function useToken(token: string): Promise<void> {
  const answer = await post({ query: `{ viewer { ${VIEWER} } }` }, { authorization: `Bearer ${token}` });
  keep(sessionOf(token, dataOf<{ viewer: Viewer }>(answer).viewer));
}

/** Ends the session on the server too; forgets it here in any case. */
export async function signOut(): Promise<void> {
  const token = session.get()?.token;
  forget();
  if (token) {
    const query = 'mutation { signOut(input: {}) { __typename } }';
    await post({ query }, { authorization: `Bearer ${token}` });
  }
}

export function forget(): void {
  sessionStorage.removeItem(KEPT_AS);
  session.set(null);
}

function keep(next: Session): void {
  sessionStorage.setItem(KEPT_AS, JSON.stringify(next));
  session.set(next);
}

function kept(): Session | null {
  const text = sessionStorage.getItem(KEPT_AS);
  return text === null ? null : (JSON.parse(text) as Session);
}

function sessionOf(token: string, viewer: Viewer): Session {
  return { token, name: viewer.user.displayName, organization: viewer.organization?.name ?? 'no organization' };
}

function dataOf<T>(answer: Answer): T {
  const fault = answer.body.errors?.[0];
  if (fault) throw new Error(fault.message);
  return answer.body.data as T;
}

/** Signing in: with one click as somebody of the sandbox, with a password, or with a token that one has. */

import { useState, type FormEvent } from 'react';
import { Dialog } from './Dialog';
import { signIn, useToken } from './session';
import type { Setup } from './setup';

interface Props {
  setup: Setup;
  onClose(): void;
}

export function SignIn({ setup, onClose }: Props) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);

  async function attempt(work: () => Promise<void>) {
    setProblem('');
    setBusy(true);
    try {
      await work();
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  }

  return (
    <Dialog title="Sign in" onClose={onClose}>
      {setup.people.length > 0 && (
        <section aria-labelledby="mp-people">
          <h3 id="mp-people">As somebody of the sandbox</h3>
          <ul className="mp-people">
            {setup.people.map((person) => (
              <li key={person.email}>
                <button type="button" disabled={isBusy} onClick={() => attempt(() => signIn(person.email, setup.password))}>
                  <strong>{person.email}</strong>
                  <span>{person.what}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <form onSubmit={(event) => attempt(() => signIn(...fields(event, 'email', 'password')))}>
        <h3>With your password</h3>
        <div className="mp-fields">
          <label>
            Email
            <input name="email" type="email" autoComplete="username" required />
          </label>
          <label>
            Password
            <input name="password" type="password" autoComplete="current-password" required />
          </label>
          <button type="submit" className="mp-main" disabled={isBusy}>
            Sign in
          </button>
        </div>
      </form>
      <form onSubmit={(event) => attempt(() => useToken(...fields(event, 'token')))}>
        <h3>With a token</h3>
        <div className="mp-fields">
          <label>
            Token
            <input name="token" autoComplete="off" spellCheck={false} required />
          </label>
          <button type="submit" disabled={isBusy}>
            Use it
          </button>
        </div>
      </form>
      <p role="alert" className="mp-problem">
        {problem}
      </p>
      <p className="mp-note">The token stays in this browser tab and is forgotten with it.</p>
    </Dialog>
  );
}

/** The values of the fields of these names, in their order. */
function fields<const N extends string[]>(event: FormEvent<HTMLFormElement>, ...names: N) {
  event.preventDefault();
  const given = new FormData(event.currentTarget);
  return names.map((name) => String(given.get(name) ?? '').trim()) as { [I in keyof N]: string };
}

/** The page: a header with who is signed in, and GraphiQL with our panes and buttons. */

import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useState } from 'react';
import { buildPlugin } from './building/Build';
import { CopyAs } from './CopyAs';
import { examplesPlugin } from './Examples';
import { Footer } from './Footer';
import icon from './icon.svg';
import { takeLink } from './link';
import { session, signOut } from './session';
import type { Setup } from './setup';
import { SignIn } from './SignIn';
import { useStore } from './store';
import { useTheme } from './theme';
import { fetcher } from './transport';
import { WELCOME } from './welcome';

export function App({ setup }: { setup: Setup }) {
  useTheme();
  const [linked] = useState(() => takeLink(setup.examples));
  const [plugins] = useState(() => [
    examplesPlugin(setup.examples),
    buildPlugin(setup.schema),
    HISTORY_PLUGIN,
  ]);
  return (
    <>
      <Header setup={setup} />
      <main>
        <GraphiQL
          schema={setup.schema}
          fetcher={fetcher}
          plugins={plugins}
          visiblePlugin={plugins[0]!}
          defaultQuery={WELCOME}
          {...(linked && { initialQuery: linked.query, initialVariables: linked.variables })}
          defaultEditorToolsVisibility
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
          <GraphiQL.Toolbar>
            {({ prettify, copy, merge }) => (
              <>
                {prettify}
                {merge}
                {copy}
                <CopyAs examples={setup.examples} />
              </>
            )}
          </GraphiQL.Toolbar>
          <GraphiQL.Footer>
            <Footer />
          </GraphiQL.Footer>
        </GraphiQL>
      </main>
    </>
  );
}

function Header({ setup }: { setup: Setup }) {
  const [isSigningIn, setSigningIn] = useState(false);
  const signedIn = useStore(session);
  return (
    <header className="mp-header">
      <h1>
        <img src={icon} alt="" width="24" height="24" /> Milepost <span>Explorer</span>
      </h1>
      <nav aria-label="Milepost">
        <a href="/reference">Reference</a>
        <a href="/reference/map">Schema map</a>
        <a href="/schema.graphql">SDL</a>
      </nav>
      {signedIn ? (
        <div className="mp-session">
          <span>
            <strong>{signedIn.name}</strong> for {signedIn.organization}
          </span>
          <button type="button" onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      ) : (
        <div className="mp-session">
          <span>Not signed in</span>
          <button type="button" className="mp-main" onClick={() => setSigningIn(true)}>
            Sign in
          </button>
        </div>
      )}
      {isSigningIn && <SignIn setup={setup} onClose={() => setSigningIn(false)} />}
    </header>
  );
}

/** The pane of examples: the operations that ship with the clients, and one for every other field of the API. */

import type { GraphiQLPlugin } from '@graphiql/react';
import { useState } from 'react';
import { useOpen } from './editing';
import { variablesOf, type Example } from './setup';
import { WELCOME } from './welcome';

export function examplesPlugin(examples: Example[]): GraphiQLPlugin {
  return { title: 'Examples', icon: Icon, content: () => <Examples examples={examples} /> };
}

function Examples({ examples }: { examples: Example[] }) {
  const [wanted, setWanted] = useState('');
  const open = useOpen(WELCOME);
  const groups = grouped(examples.filter((example) => fits(example, wanted)));
  return (
    <section className="mp-examples" aria-label="Examples">
      <h2>Examples</h2>
      <p>Pick one to open it. Fill in the ids, then run it.</p>
      <input
        type="search"
        aria-label="Filter examples by name, field or words"
        placeholder="publishGig, invoice, balance …"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <p role="status" className="mp-count">
        {groups.length === 0 ? 'No example fits. Try the name of a field.' : ''}
      </p>
      {groups.map(([title, members]) => (
        <section key={title}>
          <h3>{title}</h3>
          <ul>
            {members.map((example) => (
              <li key={`${example.kind} ${example.name}`}>
                <button type="button" onClick={() => open(example.text, variablesOf(example))}>
                  <span className={`mp-kind mp-${example.kind}`}>{example.kind}</span>
                  <strong>{example.name}</strong>
                  <span className="mp-about">{example.about}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function fits(example: Example, wanted: string): boolean {
  const text = [example.name, example.about, example.kind, ...example.fields].join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const PLURAL = { query: 'Other queries', mutation: 'Other mutations', subscription: 'Other subscriptions' };

/** By noun in the order given; generated ones after them, by kind. */
function grouped(examples: Example[]): [string, Example[]][] {
  const groups = new Map<string, Example[]>();
  for (const example of examples) {
    const title = example.noun ? example.noun[0]!.toUpperCase() + example.noun.slice(1) : PLURAL[example.kind];
    groups.set(title, [...(groups.get(title) ?? []), example]);
  }
  return [...groups];
}

function Icon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <path d="M3 4.5h14M3 10h9M3 15.5h6M13 13l4 2.5-4 2.5z" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

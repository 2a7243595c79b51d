/** Starts the explorer, or says why it cannot. */

import 'graphiql/style.css';
import './style.css';
import './workers';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { repair } from './repairs';
import { loadSetup } from './setup';

const element = document.getElementById('root')!;
const root = createRoot(element);
repair(element);

try {
  root.render(<App setup={await loadSetup()} />);
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  root.render(
    <p className="loading" role="alert">
      The explorer could not start: {why} Is the server running? Reload the page to try again.
    </p>,
  );
}

/** Below the answer: what it took, and the events of a subscription as they come. */

import type { Answer, Cost } from './http';
import { live, type LiveState } from './live';
import { useStore } from './store';
import { lastAnswer } from './transport';

export function Footer() {
  const feed = useStore(live);
  const answer = useStore(lastAnswer);
  return (
    <div className="mp-footer">
      {feed && <Feed feed={feed} />}
      {(answer || !feed) && (
        <p role="status" className="mp-status">
          {answer ? <Summary answer={answer} /> : 'Run an operation with Ctrl-Enter; time and cost are shown here.'}
        </p>
      )}
    </div>
  );
}

function Summary({ answer }: { answer: Answer }) {
  const faults = answer.body.errors?.length ?? 0;
  const cost = answer.body.extensions?.cost;
  return (
    <>
      <span className={faults ? 'mp-bad' : 'mp-good'}>{faults ? `${faults} error${faults > 1 ? 's' : ''}` : 'OK'}</span>
      <span>{answer.milliseconds} ms</span>
      {cost && <span title="What the request used of your allowance">{costText(cost)}</span>}
      <span className="mp-id" title="The request's id: name it when you ask for help">
        {answer.requestId}
      </span>
    </>
  );
}

function costText(cost: Cost): string {
  const requested = cost.requested?.toLocaleString('en') ?? 'unknown';
  return cost.available === undefined ? `cost ${requested}` : `cost ${requested}, ${cost.available.toLocaleString('en')} left`;
}

const STATUS = { connecting: 'Connecting …', listening: 'Listening', ended: 'Ended' };

function Feed({ feed }: { feed: LiveState }) {
  const count = feed.messages[0]?.number ?? 0;
  return (
    <section className="mp-feed" aria-label="Live events">
      <header>
        <span className={`mp-dot mp-${feed.status}`} aria-hidden="true" />
        <strong role="status">
          {STATUS[feed.status]}, {count === 1 ? '1 event' : `${count} events`}
        </strong>
        <span>{feed.reason}</span>
        {feed.status === 'ended' && (
          <button type="button" className="mp-quiet" onClick={() => live.set(null)} aria-label="Close the list of events">
            ✕
          </button>
        )}
      </header>
      {count === 0 && feed.status === 'listening' && (
        <p>Nothing has happened yet. Cause something: run a mutation in another tab of your browser.</p>
      )}
      <ol reversed start={count}>
        {feed.messages.map((message) => (
          <li key={message.number}>
            <details>
              <summary>
                <time>{message.at.toLocaleTimeString()}</time> {message.title}
              </summary>
              <pre tabIndex={0}>{JSON.stringify(message.value, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

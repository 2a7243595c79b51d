import { type Client, type Payload, type SocketLike, tokenOf } from './client.js';
import { type Answered, RequestError, type ServerError, errorOf } from './errors.js';
import type { Opener } from './live.js';

/** A message of graphql-transport-ws, or why there will be none any more. */
interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
  readonly error?: unknown;
}

/** A feed on a socket: what it asks for, and where its messages go. */
interface Feed {
  readonly payload: Payload;
  readonly onOpen: () => void;
  readonly push: (message: Message) => void;
}

/** A socket, from the moment it is wanted; feeds that come before the server is ready are opened then. */
export interface Connection {
  readonly feeds: Map<string, Feed>;
  socket?: SocketLike;
  isReady: boolean;
  isOver: boolean;
  /** Whether anything came since the last heartbeat. */
  isHeard: boolean;
  heartbeat?: ReturnType<typeof setInterval>;
}

const PROTOCOL = 'graphql-transport-ws';
const HEARTBEAT_MS = 25_000;
/** The token is no longer good. */
const REFUSED = [4401, 4403];
/** Connecting again would end the same way. */
const FINAL = [4400, 4406, 4409, 4429];

/** Opens a feed on the client's socket, which all feeds share; the last one closes it. */
export const openOnSocket: Opener = async function* ({ client, signal }, payload, onOpen) {
  const messages: Message[] = [];
  let wake = (): void => {};
  const push = (message: Message): void => {
    messages.push(message);
    wake();
  };
  const abort = (): void => push({ type: 'end', error: signal?.reason });
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort);
  const id = crypto.randomUUID();
  const connection = (client.connection ??= start(client));
  const feed = { payload, onOpen, push };
  connection.feeds.set(id, feed);
  if (connection.isReady) begin(connection, id, feed);
  try {
    for (;;) {
      const message = messages.shift();
      if (!message) await new Promise<void>((resolve) => (wake = resolve));
      else if (message.type === 'next') yield message.payload as Answered;
      else if (message.type === 'error') throw errorOf({ errors: message.payload as ServerError[] });
      else if (message.type === 'end') throw message.error;
      else return;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    connection.feeds.delete(id);
    if (connection.isReady) write(connection, { id, type: 'complete' });
    if (!connection.feeds.size) end(client, connection);
  }
};

/** A new connection. It signs in with the token of this moment. */
function start(client: Client): Connection {
  const connection: Connection = { feeds: new Map(), isReady: false, isOver: false, isHeard: true };
  const fail = (error: unknown): void => {
    for (const { push } of connection.feeds.values()) push({ type: 'end', error });
    end(client, connection);
  };
  const connect = async (): Promise<void> => {
    const token = await tokenOf(client);
    if (connection.isOver) return;
    const Socket = client.options.webSocket ?? globalThis.WebSocket;
    if (!Socket) throw new RequestError('There is no WebSocket here: pass one to createClient.', { code: 'SOCKET' });
    const url = new URL(client.options.url, globalThis.location?.href);
    const socket = (connection.socket = new Socket(url.href.replace(/^http/, 'ws'), PROTOCOL));
    socket.onopen = () => write(connection, { type: 'connection_init', payload: token ? { token } : {} });
    socket.onmessage = ({ data }: { data: string }) => receive(connection, JSON.parse(data) as Message);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => fail(closed(code, reason));
    // Not every implementation closes what it could not open.
    socket.onerror = () => fail(closed(1006, 'it broke'));
    connection.heartbeat = setInterval(() => {
      if (!connection.isHeard) fail(closed(1006, 'the server is silent'));
      connection.isHeard = false;
      if (connection.isReady) write(connection, { type: 'ping' });
    }, HEARTBEAT_MS);
  };
  connect().catch(fail);
  return connection;
}

function receive(connection: Connection, message: Message): void {
  connection.isHeard = true;
  const { id = '', type } = message;
  if (type === 'ping') write(connection, { ...message, type: 'pong' });
  if (type !== 'connection_ack') return connection.feeds.get(id)?.push(message);
  connection.isReady = true;
  for (const [each, feed] of connection.feeds) begin(connection, each, feed);
}

function begin(connection: Connection, id: string, { payload, onOpen }: Feed): void {
  write(connection, { id, type: 'subscribe', payload });
  onOpen();
}

function write({ socket, isOver }: Connection, message: Message): void {
  if (!isOver) socket?.send(JSON.stringify(message));
}

/** Nothing is sent or received on it any more; the next feed connects anew. */
function end(client: Client, connection: Connection): void {
  if (connection.isOver) return;
  connection.isOver = true;
  clearInterval(connection.heartbeat);
  if (client.connection === connection) client.connection = undefined;
  connection.socket?.close(1000);
}

function closed(status: number, reason: string): RequestError {
  const code = REFUSED.includes(status) ? 'UNAUTHENTICATED' : FINAL.includes(status) ? 'SOCKET' : 'NETWORK';
  return new RequestError(`The socket was closed: ${status} ${reason}`, { code, status });
}

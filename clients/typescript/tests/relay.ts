import { type Socket, connect, createServer } from 'node:net';

/** Stands between a client and a server, and can cut them off. */
export interface Relay {
  /** The server's URL, by way of here. */
  readonly url: string;
  /** Breaks all connections off. */
  cut(): void;
  stop(): void;
}

/** A relay to the server of a URL. */
export async function relayTo(target: string): Promise<Relay> {
  const { hostname, port, pathname } = new URL(target);
  const open = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready));
  const address = listener.address();
  if (typeof address !== 'object' || address === null) throw new Error('The relay has no port.');
  const cut = (): void => open.forEach((one) => one.resetAndDestroy());
  const stop = (): void => {
    cut();
    listener.close();
  };
  return { url: `http://127.0.0.1:${address.port}${pathname}`, cut, stop };
}

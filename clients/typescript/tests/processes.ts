import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT: string = resolve(import.meta.dirname, '../../../..');
export const PYTHON: string = process.env['PYTHON'] ?? join(ROOT, '.venv/bin/python');
const FOLLOWING = '--follow-stdin';

/** A process that serves until it is stopped. */
export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Milepost with a database of its own. */
export interface Milepost extends Served {
  /** The folder in which it leaves mail. */
  readonly mail: string;
  /** Ends it and starts it again at the same address with the same data. */
  restart(): Promise<void>;
}

/** A Milepost of its own with its demonstration data, on a free port. */
export async function serveMilepost(): Promise<Milepost> {
  const data = await mkdtemp(join(tmpdir(), 'milepost-client-'));
  const start = (port: string): Promise<Served> =>
    serve(['-m', 'server', 'serve'], /GraphQL +(\S+)/, {
      MILEPOST_DATA_DIR: data,
      MILEPOST_LOG_LEVEL: 'warning',
      PORT: port,
    });
  let served = await start('0');
  const { url } = served;
  const restart = async (): Promise<void> => {
    await served.stop();
    served = await start(new URL(url).port);
  };
  const stop = async (): Promise<void> => {
    await served.stop();
    await rm(data, { recursive: true, force: true });
  };
  return { url, mail: join(data, 'mail'), restart, stop };
}

/** The server that fails as it is told; see clients/faults. */
export async function serveFaults(): Promise<Served> {
  return serve(['-m', 'clients.faults', FOLLOWING], /"url": "([^"]+)"/, {});
}

async function serve(command: string[], address: RegExp, settings: Record<string, string>): Promise<Served> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MILEPOST_'));
  const env = { ...Object.fromEntries(inherited), ...settings };
  const child = spawn(PYTHON, command, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((end) => child.once('exit', () => end()));
  const url = await printed(child, ended, address);
  const stop = async (): Promise<void> => {
    if (command.includes(FOLLOWING)) child.stdin.end();
    else child.kill('SIGTERM');
    await ended;
  };
  return { url, stop };
}

/** What the process prints about where it listens. */
async function printed(child: ChildProcess, ended: Promise<void>, address: RegExp): Promise<string> {
  let text = '';
  const found = new Promise<string>((resolve) => {
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const url = address.exec(text)?.[1];
      if (url) resolve(url);
    });
  });
  const failed = ended.then(() => {
    throw new Error(`The process ended instead of serving: ${text}`);
  });
  return Promise.race([found, failed]);
}

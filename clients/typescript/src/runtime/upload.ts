import { createClient } from './client.js';
import { RequestError, unreachable } from './errors.js';
import { recover, startTrial } from './recovery.js';

/** Where a file goes: what an API hands out for one upload, such as a presigned address. */
export interface UploadTarget {
  readonly url: string;
  /** PUT unless said. */
  readonly method?: string;
  /** Headers that belong to the target; they are often signed, so send no others. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of an upload. */
export interface UploadOptions {
  readonly signal?: AbortSignal;
  /** Told how many bytes are sent, and of how many. Outside of browsers only at the beginning and at the end. */
  readonly onProgress?: (sent: number, total: number) => void;
  /** How often it is repeated after a temporary failure; 3 unless said. */
  readonly retries?: number;
  /** The longest wait before the first repetition in milliseconds; 300 unless said. */
  readonly backoff?: number;
}

/** Sends a file to where it belongs. Throws a RequestError, or the signal's reason when it is aborted. */
export async function uploadTo(
  target: UploadTarget,
  body: Blob,
  { signal, onProgress, retries = 3, backoff = 300 }: UploadOptions = {},
): Promise<void> {
  const trial = startTrial(createClient({ url: target.url, backoff }), retries, signal);
  const send = onProgress && typeof XMLHttpRequest !== 'undefined' ? sendObserved : sendPlain;
  for (;;) {
    try {
      onProgress?.(0, body.size);
      const status = await send(target, body, signal, onProgress);
      if (status >= 200 && status < 300) return onProgress?.(body.size, body.size);
      throw new RequestError(`The file was not accepted: ${status}`, { code: 'HTTP', status });
    } catch (error) {
      await recover(trial, error);
    }
  }
}

type Send = (
  target: UploadTarget,
  body: Blob,
  signal: AbortSignal | undefined,
  onProgress: UploadOptions['onProgress'],
) => Promise<number>;

const sendPlain: Send = async ({ url, method = 'PUT', headers = {} }, body, signal) => {
  try {
    return (await fetch(url, { method, headers, body, signal: signal ?? null })).status;
  } catch (cause) {
    throw unreachable(cause);
  }
};

/** With XMLHttpRequest: fetch does not tell how far it is. */
const sendObserved: Send = ({ url, method = 'PUT', headers = {} }, body, signal, onProgress) =>
  new Promise((resolve, reject) => {
    const wire = new XMLHttpRequest();
    const abort = (): void => wire.abort();
    wire.open(method, url);
    for (const [name, value] of Object.entries(headers)) wire.setRequestHeader(name, value);
    wire.upload.onprogress = ({ loaded }) => onProgress?.(loaded, body.size);
    wire.onload = () => resolve(wire.status);
    wire.onerror = () => reject(unreachable(undefined));
    wire.onabort = () => reject(unreachable(signal?.reason));
    wire.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    wire.send(body);
  });

import type { Open } from './document.js';

/** What a webhook delivers. `subject.version` tells whether you have it already, or something newer. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly schemaVersion: string;
  /** Whose event it is: with an endpoint of an app one of the organizations that have let it in. */
  readonly organizationId?: string;
  readonly subject: { readonly type: string; readonly id: string; readonly version: number };
  readonly data: unknown;
  readonly [key: string]: unknown;
}

/** Why a delivery must not be trusted: answer it with 401. */
export class WebhookError extends Error {
  constructor(
    message: string,
    readonly code: Open<'HEADERS' | 'TIMESTAMP' | 'SIGNATURE' | 'SECRET' | 'BODY'>,
  ) {
    super(message);
    this.name = 'WebhookError';
  }
}

/** Options of the verification. */
export interface WebhookOptions {
  /** By how many seconds the timestamp may differ from now; 300 unless said. */
  readonly toleranceSeconds?: number;
  /** The present in milliseconds, for tests. */
  readonly now?: number;
}

/** The headers of a request, as fetch or Node have them. */
export type HeadersLike =
  { get(name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>;

const PREFIX = 'whsec_';

/**
 * The event of a delivery that was signed with one of the secrets (Standard Webhooks, v1); throws a WebhookError for
 * any other. Give the body exactly as it came, before anything has parsed it; during a rotation give both secrets.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: HeadersLike,
  secrets: string | readonly string[],
  { toleranceSeconds = 300, now = Date.now() }: WebhookOptions = {},
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    header(headers, `webhook-${name}`),
  );
  if (!id || !timestamp || !signatures) throw new WebhookError('A webhook-… header is missing.', 'HEADERS');
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) {
    throw new WebhookError('The timestamp is too far from now.', 'TIMESTAMP');
  }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const given = signatures.split(' ').filter((one) => one.startsWith('v1,'));
  for (const secret of [secrets].flat()) {
    const key = await keyOf(secret);
    for (const signature of given) {
      const bytes = bytesOf(signature.slice(3));
      // WebCrypto compares in constant time.
      if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed))) return parsed(text);
    }
  }
  throw new WebhookError('No signature fits.', 'SIGNATURE');
}

function header(headers: HeadersLike, name: string): string | undefined {
  if (typeof headers.get === 'function')
    return (headers as { get(name: string): string | null }).get(name) ?? undefined;
  const value = (headers as Readonly<Record<string, string | readonly string[] | undefined>>)[name];
  return typeof value === 'string' ? value : value?.[0];
}

function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = bytesOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (!bytes?.length) throw new WebhookError('A secret is whsec_ and base64.', 'SECRET');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function parsed(text: string): WebhookEvent {
  try {
    return JSON.parse(text) as WebhookEvent;
  } catch {
    throw new WebhookError('The body is signed, but it is no JSON.', 'BODY');
  }
}

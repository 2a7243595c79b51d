/** One request over HTTP, with what is worth knowing about its answer. */

export interface Fault {
  message: string;
  extensions?: { code?: string };
}

export interface Cost {
  requested?: number;
  available?: number;
}

export interface Body {
  data?: unknown;
  errors?: Fault[];
  extensions?: { cost?: Cost };
}

export interface Answer {
  body: Body;
  status: number;
  milliseconds: number;
  requestId: string;
}

export interface Params {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | null | undefined;
}

export async function post(params: Params, headers: Record<string, string> = {}): Promise<Answer> {
  const started = performance.now();
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(params),
  });
  const text = await answer.text();
  return {
    body: parsed(text, answer.status),
    status: answer.status,
    milliseconds: Math.round(performance.now() - started),
    requestId: answer.headers.get('x-request-id') ?? '',
  };
}

function parsed(text: string, status: number): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return { errors: [{ message: `The server answered ${status} without JSON: ${text.slice(0, 200)}` }] };
  }
}

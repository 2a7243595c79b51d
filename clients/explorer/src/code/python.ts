/** A request in Python: with the standard library; subscriptions with the package websockets. */

import { indented, socketUrl, type CodeRequest } from './request';

export function python(request: CodeRequest): string {
  return request.isSubscription ? subscription(request) : post(request);
}

function post(request: CodeRequest): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `${literal(name)}: ${literal(value)},`);
  if (request.isSignedIn) headers.unshift(`"authorization": f"Bearer {os.environ['MILEPOST_TOKEN']}",`);
  return `import json
${request.isSignedIn ? 'import os\n' : ''}from urllib.request import Request, urlopen

QUERY = ${document(request.query)}
VARIABLES = ${literal(request.variables)}

request = Request(
    ${literal(request.url)},
    data=json.dumps({"query": QUERY, "variables": VARIABLES}).encode(),
    headers={
        "content-type": "application/json",
${headers.map((header) => `        ${header}\n`).join('')}    },
)
with urlopen(request) as response:
    print(json.dumps(json.load(response), indent=2))
`;
}

function subscription(request: CodeRequest): string {
  const payload = request.isSignedIn ? `{"token": os.environ["MILEPOST_TOKEN"]}` : '{}';
  return `# Needs: pip install websockets
import json
${request.isSignedIn ? 'import os\n' : ''}
from websockets.sync.client import connect

QUERY = ${document(request.query)}
VARIABLES = ${literal(request.variables)}

with connect(${literal(socketUrl(request))}, subprotocols=["graphql-transport-ws"]) as socket:

    def send(**message):
        socket.send(json.dumps(message))

    send(type="connection_init", payload=${payload})
    for text in socket:
        message = json.loads(text)
        if message["type"] == "connection_ack":
            send(id="1", type="subscribe", payload={"query": QUERY, "variables": VARIABLES})
        elif message["type"] == "ping":
            send(type="pong")
        else:
            print(message["type"], json.dumps(message.get("payload"), indent=2), flush=True)
            if message["type"] in ("error", "complete"):
                break
`;
}

function document(text: string): string {
  return text.includes('"""') || text.includes('\\') ? literal(text) : `"""\n${text.trim()}\n"""`;
}

/** A JSON value as Python writes it. */
function literal(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${indented(literal(one), '    ')},`);
  return entries.length === 0 ? '{}' : `{\n    ${entries.join('\n    ')}\n}`;
}

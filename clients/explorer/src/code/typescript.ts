/** A request in TypeScript, for Node 22 or newer and browsers, without any package. */

import { indented, socketUrl, type CodeRequest } from './request';

export function typescript(request: CodeRequest): string {
  return request.isSubscription ? subscription(request) : post(request);
}

function post(request: CodeRequest): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)},`);
  if (request.isSignedIn) headers.unshift('authorization: `Bearer ${process.env.MILEPOST_TOKEN}`,');
  return `${definitions(request)}
const answer = await fetch(${JSON.stringify(request.url)}, {
  method: "POST",
  headers: {
    "content-type": "application/json",
${headers.map((header) => `    ${header}\n`).join('')}  },
  body: JSON.stringify({ query, variables }),
});
console.log(JSON.stringify(await answer.json(), null, 2));
`;
}

function subscription(request: CodeRequest): string {
  const payload = request.isSignedIn ? '{ token: process.env.MILEPOST_TOKEN }' : '{}';
  return `${definitions(request)}
const socket = new WebSocket(${JSON.stringify(socketUrl(request))}, "graphql-transport-ws");
const send = (message: object) => socket.send(JSON.stringify(message));

socket.onopen = () => send({ type: "connection_init", payload: ${payload} });
socket.onclose = ({ code, reason }) => console.log("closed", code, reason);
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === "connection_ack") send({ id: "1", type: "subscribe", payload: { query, variables } });
  else if (message.type === "ping") send({ type: "pong" });
  else console.log(message.type, JSON.stringify(message.payload, null, 2));
  if (message.type === "error" || message.type === "complete") socket.close();
};
`;
}

function definitions(request: CodeRequest): string {
  const query = request.query.trim().replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  return `const query = \`
  ${indented(query, '  ')}
\`;
const variables = ${JSON.stringify(request.variables, null, 2)};
`;
}

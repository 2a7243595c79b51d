// Receives webhooks: SECRET=whsec_… node webhooks.js PORT
import { createServer } from 'node:http';

import { WebhookError, verifyWebhook } from '@milepost/client';

const secret = process.env['SECRET'] ?? '';

const server = createServer(async (request, response) => {
  try {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const event = await verifyWebhook(Buffer.concat(parts), request.headers, secret);
    console.log(`${event.type} ${event.subject.id}, version ${event.subject.version}`);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(error instanceof WebhookError ? 401 : 500).end();
  }
});

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  console.log(`Listening on ${typeof address === 'object' ? address?.port : address}`);
});

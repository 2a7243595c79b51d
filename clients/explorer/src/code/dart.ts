/** A request in Dart, with dart:io and nothing else. */

import { indented, socketUrl, type CodeRequest } from './request';

export function dart(request: CodeRequest): string {
  return request.isSubscription ? subscription(request) : post(request);
}

function post(request: CodeRequest): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `..headers.set(${literal(name)}, ${literal(value)})`);
  if (request.isSignedIn) {
    headers.unshift("..headers.set('authorization', 'Bearer ${Platform.environment['MILEPOST_TOKEN']}')");
  }
  return `import 'dart:convert';
import 'dart:io';

${definitions(request)}
Future<void> main() async {
  final client = HttpClient();
  final request = await client.postUrl(Uri.parse(${literal(request.url)}));
  request
    ..headers.contentType = ContentType.json
${headers.map((header) => `    ${header}\n`).join('')}    ..write(jsonEncode({'query': query, 'variables': variables}));
  final response = await request.close();
  final answer = jsonDecode(await response.transform(utf8.decoder).join());
  print(const JsonEncoder.withIndent('  ').convert(answer));
  client.close();
}
`;
}

function subscription(request: CodeRequest): string {
  const payload = request.isSignedIn ? `{'token': Platform.environment['MILEPOST_TOKEN']}` : '<String, Object?>{}';
  return `import 'dart:convert';
import 'dart:io';

${definitions(request)}
Future<void> main() async {
  final socket = await WebSocket.connect(
    ${literal(socketUrl(request))},
    protocols: ['graphql-transport-ws'],
  );
  void send(Map<String, Object?> message) => socket.add(jsonEncode(message));

  send({'type': 'connection_init', 'payload': ${payload}});
  await for (final text in socket) {
    final message = jsonDecode(text as String) as Map<String, Object?>;
    switch (message['type']) {
      case 'connection_ack':
        send({
          'id': '1',
          'type': 'subscribe',
          'payload': {'query': query, 'variables': variables},
        });
      case 'ping':
        send({'type': 'pong'});
      case 'next':
        print(const JsonEncoder.withIndent('  ').convert(message['payload']));
      default:
        print(message);
        await socket.close();
    }
  }
}
`;
}

function definitions(request: CodeRequest): string {
  return `const query = r'''
${request.query.trim()}
''';
const variables = ${Object.keys(request.variables).length === 0 ? '<String, Object?>{}' : literal(request.variables)};
`;
}

/** A JSON value as Dart writes it. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll(/[$']/g, '\\$&')}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, one]) => `${literal(key)}: ${indented(literal(one), '  ')},`);
  return entries.length === 0 ? '<String, Object?>{}' : `{\n  ${entries.join('\n  ')}\n}`;
}

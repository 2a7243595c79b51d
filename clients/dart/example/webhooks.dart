import 'dart:io';

import 'package:milepost_client/milepost_client.dart';

/// Receives webhooks on a port of this machine, and believes only what is signed with the endpoint's secret.
Future<void> main() async {
  final verifier = WebhookVerifier([Platform.environment['WEBHOOK_SECRET']!]);
  final server = await HttpServer.bind('127.0.0.1', 8080);
  await for (final request in server) {
    final body = await request.expand((piece) => piece).toList();
    final headers = <String, String>{};
    request.headers.forEach((name, values) => headers[name] = values.join(', '));
    try {
      stdout.writeln(verifier.verify(headers, body)['type']);
      request.response.statusCode = HttpStatus.noContent;
    } on WebhookException catch (error) {
      stderr.writeln(error.message);
      request.response.statusCode = HttpStatus.unauthorized;
    }
    await request.response.close();
  }
}

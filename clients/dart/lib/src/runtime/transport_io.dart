import 'dart:async';
import 'dart:io' as io;
import 'dart:typed_data';

import 'cancellation.dart';
import 'exceptions.dart';
import 'transport.dart';

/// The transport for phones, desktops and servers.
Transport defaultTransport() => IoTransport();

/// Talks through `dart:io`; keeps connections open between requests.
final class IoTransport implements Transport {
  /// With an `HttpClient` of your own for proxies and certificates.
  IoTransport([io.HttpClient? client])
    : _client = client ?? (io.HttpClient()..connectionTimeout = const Duration(seconds: 15));

  final io.HttpClient _client;

  @override
  Future<IncomingAnswer> send(OutgoingRequest request, {Cancellation? cancellation}) async {
    final sent = await _client.openUrl(request.method, request.url);
    sent.followRedirects = false;
    sent.contentLength = request.length ?? -1;
    request.headers.forEach(sent.headers.set);
    unawaited(cancellation?.whenCancelled.then((_) => sent.abort(const CancelledException())));
    await sent.addStream(request.body);
    final answer = await sent.close();
    // Once an answer has begun it is ended by not listening to it any more.
    final pieces = StreamIterator(answer);
    unawaited(cancellation?.whenCancelled.then((_) => pieces.cancel()));
    final body = BytesBuilder(copy: false);
    while (await pieces.moveNext()) {
      body.add(pieces.current);
    }
    cancellation?.check();
    final headers = <String, String>{};
    answer.headers.forEach((name, values) => headers[name.toLowerCase()] = values.join(', '));
    return IncomingAnswer(answer.statusCode, headers, body.takeBytes());
  }

  @override
  Future<TextSocket> connect(Uri url, String protocol) async {
    final socket = await io.WebSocket.connect('$url', protocols: [protocol], customClient: _client);
    return _IoSocket(socket);
  }

  @override
  void close() => _client.close(force: true);
}

final class _IoSocket implements TextSocket {
  _IoSocket(this._socket);

  final io.WebSocket _socket;

  @override
  late final Stream<String> messages = _socket
      .where((message) => message is String)
      .cast<String>()
      .handleError((Object _) {});

  @override
  int? get closeCode => _socket.closeCode;

  @override
  String get closeReason => _socket.closeReason ?? '';

  @override
  void send(String message) => _socket.add(message);

  @override
  void close([int code = 1000, String reason = '']) => unawaited(_socket.close(code, reason));
}

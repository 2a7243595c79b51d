import 'dart:async';

import 'package:http/http.dart' as http;
import 'package:milepost_client/milepost_client.dart';
import 'package:web_socket_channel/web_socket_channel.dart';

/// For the web, and wherever else `package:http` and `package:web_socket_channel` run: pass it as `transport`.
final class HttpTransport implements Transport {
  final _client = http.Client();

  @override
  Future<IncomingAnswer> send(OutgoingRequest request, {Cancellation? cancellation}) async {
    final sent = http.AbortableStreamedRequest(request.method, request.url, abortTrigger: cancellation?.whenCancelled);
    sent.headers.addAll(request.headers);
    sent.contentLength = request.length;
    unawaited(request.body.forEach(sent.sink.add).whenComplete(sent.sink.close));
    final answer = await _client.send(sent);
    return IncomingAnswer(answer.statusCode, answer.headers, await answer.stream.toBytes());
  }

  @override
  Future<TextSocket> connect(Uri url, String protocol) async {
    final channel = WebSocketChannel.connect(url, protocols: [protocol]);
    await channel.ready;
    return _ChannelSocket(channel);
  }

  @override
  void close() => _client.close();
}

final class _ChannelSocket implements TextSocket {
  _ChannelSocket(this._channel);

  final WebSocketChannel _channel;

  @override
  late final Stream<String> messages = _channel.stream
      .where((message) => message is String)
      .cast<String>()
      .handleError((Object _) {});

  @override
  int? get closeCode => _channel.closeCode;

  @override
  String get closeReason => _channel.closeReason ?? '';

  @override
  void send(String message) => _channel.sink.add(message);

  @override
  void close([int code = 1000, String reason = '']) => unawaited(_channel.sink.close(code, reason));
}

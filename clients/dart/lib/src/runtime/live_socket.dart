import 'dart:async';
import 'dart:convert';

import 'live.dart';
import 'transport.dart';

/// How a socket has ended.
final class Cut implements Exception {
  /// [code] is null where no word came.
  const Cut(this.code, this.reason, {this.wasUseful = false}) : isOurs = false;

  /// Nobody needed the socket any more.
  const Cut.ours() : code = 1000, reason = '', wasUseful = false, isOurs = true;

  /// Whether this side has ended it.
  final bool isOurs;

  /// The close code.
  final int? code;

  /// Why, for logs.
  final String reason;

  /// Whether it has carried a message, or lived long enough to call the next failure a first one.
  final bool wasUseful;
}

/// One WebSocket that speaks graphql-transport-ws, from its acknowledgement to its end.
final class LiveSocket {
  LiveSocket._(this._socket, this._patience) : _incoming = StreamIterator(_socket.messages);

  /// Opens a socket and signs in; throws a [Cut] where that does not work.
  static Future<LiveSocket> open(Transport transport, Uri url, String? token, LivePatience patience) async {
    final connecting = transport.connect(url, 'graphql-transport-ws');
    final TextSocket socket;
    try {
      socket = await connecting.timeout(patience.open);
    } on Exception catch (cause) {
      // It may still open when nobody waits for it any more.
      connecting.then((late) => late.close(), onError: (Object _) {}).ignore();
      throw Cut(null, '$cause');
    }
    final opened = LiveSocket._(socket, patience);
    opened._send({
      'type': 'connection_init',
      if (token != null) 'payload': {'token': token},
    });
    try {
      await opened._acknowledged().timeout(patience.open);
    } on TimeoutException {
      opened.close();
      throw const Cut(null, 'no acknowledgement came');
    }
    return opened;
  }

  final TextSocket _socket;
  final LivePatience _patience;
  final StreamIterator<String> _incoming;
  final _age = Stopwatch()..start();
  var _wasUseful = false;
  var _isSilent = false;
  var _isClosed = false;

  Future<void> _acknowledged() async {
    while (await _incoming.moveNext()) {
      final message = _decoded(_incoming.current);
      if (message['type'] == 'connection_ack') return;
      _answerPing(message);
    }
    throw _cut();
  }

  /// Hands on what comes until the socket ends. [take] says true where the token turns out to be none.
  Future<Cut> listen(bool Function(String id, String type, Object? payload) take) async {
    final watch = Timer.periodic(_patience.silence, (_) => _lookForLife());
    try {
      while (await _incoming.moveNext()) {
        _isSilent = false;
        if (_isClosed) continue;
        final message = _decoded(_incoming.current);
        if (message case {'id': final String id, 'type': final String type}) {
          if (type == 'next') _wasUseful = true;
          if (take(id, type, message['payload'])) {
            close();
            return Cut(4401, 'the server does not know the token', wasUseful: _wasUseful);
          }
        } else {
          _answerPing(message);
        }
      }
      return _cut();
    } finally {
      watch.cancel();
      close();
    }
  }

  void _lookForLife() {
    if (_isSilent) {
      close(4408, 'no answer to a ping');
    } else {
      _isSilent = true;
      _send({'type': 'ping'});
    }
  }

  /// Starts an operation.
  void subscribe(String id, Map<String, Object?> request) => _send({'id': id, 'type': 'subscribe', 'payload': request});

  /// Ends an operation.
  void unsubscribe(String id) => _send({'id': id, 'type': 'complete'});

  /// Ends the socket, once.
  void close([int code = 1000, String reason = '']) {
    if (_isClosed) return;
    _isClosed = true;
    _socket.close(code, reason);
    unawaited(_incoming.cancel());
  }

  void _answerPing(Map<String, Object?> message) {
    if (message['type'] != 'ping') return;
    final payload = message['payload'];
    _send({'type': 'pong', if (payload != null) 'payload': payload});
  }

  void _send(Map<String, Object?> message) {
    if (!_isClosed) _socket.send(jsonEncode(message));
  }

  Cut _cut() => Cut(_isClosed ? null : _socket.closeCode, switch ((_socket.closeReason, _socket.closeCode)) {
    ('', null) => 'the connection was cut',
    ('', final code) => 'closed with $code',
    (final reason, _) => reason,
  }, wasUseful: _wasUseful || _age.elapsed > _patience.silence * 2);

  static Map<String, Object?> _decoded(String text) {
    try {
      return jsonDecode(text) as Map<String, Object?>;
    } on Object {
      return const {};
    }
  }
}

import 'dart:async';

import 'exceptions.dart';
import 'json.dart';
import 'live_socket.dart';
import 'operation.dart';
import 'retry.dart';
import 'tokens.dart';
import 'transport.dart';
import 'wire.dart';

/// What a feed brings. A switch over it is complete.
sealed class LiveEvent<T> {
  const LiveEvent();
}

/// A message.
final class LiveData<T> extends LiveEvent<T> {
  /// With its cursor, where the feed has cursors.
  const LiveData(this.value, this.cursor);

  /// The message.
  final T value;

  /// Keep it to go on from here in another run of the program.
  final String? cursor;

  @override
  String toString() => 'LiveData($value)';
}

/// The connection is cut. Nothing has to be done: it comes back, and then a [LiveResumed].
final class LiveInterrupted<T> extends LiveEvent<T> {
  /// Says why, and when the next attempt is made.
  const LiveInterrupted(this.reason, this.retryIn);

  /// For logs.
  final String reason;

  /// How long until the next attempt.
  final Duration retryIn;

  @override
  String toString() => 'LiveInterrupted($reason)';
}

/// The feed goes on.
final class LiveResumed<T> extends LiveEvent<T> {
  /// With or without a loss.
  const LiveResumed({required this.gap});

  /// True where messages are lost: fetch everything again. False: what was missed comes now.
  final bool gap;

  @override
  String toString() => 'LiveResumed(gap: $gap)';
}

/// How long the parts of a live connection may take.
final class LivePatience {
  /// The defaults suit phones.
  const LivePatience({
    this.open = const Duration(seconds: 15),
    this.silence = const Duration(seconds: 20),
    this.retries = const RetryPolicy(),
  });

  /// From the first byte to the server's acknowledgement.
  final Duration open;

  /// After so long without a message a ping is sent; after as long again without an answer the connection is cut.
  final Duration silence;

  /// The waits between attempts. There is no last attempt.
  final RetryPolicy retries;
}

/// One WebSocket that carries all feeds of a client: opened with the first, closed with the last.
final class LiveConnection {
  /// Opens nothing yet.
  LiveConnection(Uri url, this._transport, this._tokens, this._patience)
    : _url = url.replace(scheme: url.scheme == 'https' ? 'wss' : 'ws');

  static const _refused = {4401, 4403};
  static const _fatal = {4400, 4406, 4409, 4429};

  final Uri _url;
  final Transport _transport;
  final Tokens _tokens;
  final LivePatience _patience;
  final _feeds = <String, _Feed<Object?>>{};
  var _numbers = 0;
  var _isRunning = false;
  var _failures = 0;
  // The token of the latest connection, the one for the next where it has been renewed, and whether that was in vain.
  String? _token;
  String? _fresh;
  var _hasRenewed = false;
  LiveSocket? _socket;
  var _change = Completer<void>();

  /// Follows a feed from when the stream is listened to.
  Stream<LiveEvent<T>> follow<T>(Subscription<T> subscription, {String? after}) {
    final feed = _Feed<T>('${++_numbers}', subscription, after);
    feed.events
      ..onListen = () {
        _feeds[feed.id] = feed;
        _socket?.subscribe(feed.id, feed.request());
        if (!_isRunning) unawaited(_run());
      }
      ..onCancel = () {
        if (_feeds.remove(feed.id) != null) _socket?.unsubscribe(feed.id);
        if (_feeds.isEmpty) _wakeUp();
      };
    return feed.events.stream;
  }

  /// Ends all feeds.
  void close() {
    _end((feed) => unawaited(feed.events.close()));
    _wakeUp();
  }

  /// Lets go of the socket at once: a feed that comes while it closes gets another.
  void _wakeUp() {
    final socket = _socket;
    _socket = null;
    socket?.close();
    if (!_change.isCompleted) _change.complete();
  }

  void _end(void Function(_Feed<Object?> feed) how) {
    final ended = [..._feeds.values];
    _feeds.clear();
    ended.forEach(how);
  }

  Future<void> _run() async {
    _isRunning = true;
    try {
      while (_feeds.isNotEmpty) {
        _change = Completer<void>();
        final cut = await _connectOnce();
        if (cut.wasUseful) {
          _failures = 0;
          _hasRenewed = false;
        }
        if (_feeds.isNotEmpty && !cut.isOurs) await _recover(cut);
      }
    } finally {
      // In the same turn as the last look at the feeds, so that one that comes now starts another run.
      _isRunning = false;
    }
  }

  /// Ends the feeds where another connection would not help, else waits until it may.
  Future<void> _recover(Cut cut) async {
    if (_fatal.contains(cut.code)) return _end((feed) => feed.fail(ServerException(cut.code!, cut.reason)));
    var reason = cut.reason;
    if (_refused.contains(cut.code)) {
      try {
        _fresh = _hasRenewed ? null : await _tokens.instead(_token);
        if (_fresh == null) return _end((feed) => feed.fail(SignedOutException(cut.reason)));
        _hasRenewed = true;
        return _tell(reason, Duration.zero);
      } on MilepostException catch (error) {
        // Renewing needs the network too: the next connection is refused again, and then it is tried again.
        reason = error.message;
      }
    }
    final wait = _patience.retries.wait(++_failures);
    _tell(reason, wait);
    await Future.any([Future<void>.delayed(wait), _change.future]);
  }

  void _tell(String reason, Duration wait) {
    for (final feed in [..._feeds.values]) {
      feed.interrupted(reason, wait);
    }
  }

  Future<Cut> _connectOnce() async {
    final LiveSocket socket;
    try {
      final token = _token = _fresh ?? await _tokens.current();
      _fresh = null;
      socket = await LiveSocket.open(_transport, _url, token, _patience);
    } on Cut catch (cut) {
      return cut;
    } on MilepostException catch (error) {
      return Cut(null, error.message);
    }
    _socket = socket;
    for (final feed in [..._feeds.values]) {
      feed.resumed();
      socket.subscribe(feed.id, feed.request());
    }
    if (_feeds.isEmpty) _wakeUp();
    final cut = await socket.listen(_take);
    final wasLetGo = _socket == null;
    _socket = null;
    return wasLetGo ? const Cut.ours() : cut;
  }

  /// What a message of the server means; whether it shows that nobody is signed in.
  bool _take(String id, String type, Object? payload) {
    final feed = _feeds[id];
    if (feed == null) return false;
    switch (type) {
      case 'next':
        feed.take(payload);
      case 'complete':
        _feeds.remove(id);
        unawaited(feed.events.close());
      case 'error':
        final faults = Wire.faultsOf(payload);
        if (faults.any((fault) => fault.code == 'UNAUTHENTICATED')) return true;
        _feeds.remove(id);
        feed.fail(RequestException(faults.isEmpty ? const [Fault('the feed has ended')] : faults));
    }
    if (_feeds.isEmpty) _wakeUp();
    return false;
  }
}

/// One feed, over all connections that carry it.
final class _Feed<T> {
  _Feed(this.id, this.subscription, this.cursor);

  final String id;
  final Subscription<T> subscription;
  final events = StreamController<LiveEvent<T>>();
  String? cursor;
  var _hasBegun = false;

  Map<String, Object?> request() {
    _hasBegun = true;
    final variables = subscription.variables;
    final after = subscription.afterVariable;
    return {
      'operationName': subscription.name,
      'query': subscription.document,
      'variables': after == null || cursor == null ? variables : {...variables, after: cursor},
    };
  }

  void take(Object? payload) {
    final result = payload is Map<String, Object?> ? payload : const <String, Object?>{};
    final T message;
    try {
      message = subscription.read(Json(Wire.dataOfResult(result)));
    } on MilepostException catch (error) {
      events.addError(error);
      return;
    }
    cursor = subscription.cursorOf(message) ?? cursor;
    events.add(subscription.isGap(message) ? LiveResumed<T>(gap: true) : LiveData<T>(message, cursor));
  }

  void interrupted(String reason, Duration wait) => events.add(LiveInterrupted<T>(reason, wait));

  void resumed() {
    final canResume = subscription.afterVariable != null && cursor != null;
    if (_hasBegun) events.add(LiveResumed<T>(gap: !canResume));
  }

  void fail(MilepostException error) {
    events.addError(error);
    unawaited(events.close());
  }
}

import 'dart:async';

import 'cache.dart';
import 'cancellation.dart';
import 'exceptions.dart';
import 'json.dart';
import 'live.dart';
import 'operation.dart';
import 'result.dart';
import 'retry.dart';
import 'tokens.dart';
import 'transport.dart';
import 'transport_missing.dart' if (dart.library.io) 'transport_io.dart';
import 'uuid.dart';
import 'wire.dart';

/// Milepost, from a program: runs operations and follows feeds.
///
/// One for the life of the program is enough; it may be used for any number of calls at the same time.
final class MilepostClient {
  /// A client of the endpoint at [url].
  ///
  /// [token] is asked at every call and every connection. When the server refuses the token, [renewToken] is asked for
  /// another, once for all calls that wait, and each of them is sent once more.
  MilepostClient(
    Uri url, {
    FutureOr<String?> Function()? token,
    FutureOr<String?> Function(String? refused)? renewToken,
    Transport? transport,
    RetryPolicy retries = const RetryPolicy(),
    Duration timeout = const Duration(seconds: 30),
    Map<String, String> headers = const {},
    this.cache,
    LivePatience patience = const LivePatience(),
  }) : _wire = Wire(url, transport ?? defaultTransport(), Tokens(token, renewToken), retries, timeout, headers),
       _patience = patience;

  /// Where answers are kept, if anywhere.
  final AnswerCache? cache;

  final Wire _wire;
  final LivePatience _patience;
  late final LiveConnection _live = LiveConnection(_wire.url, _wire.transport, _wire.tokens, _patience);

  /// Runs a query or mutation and returns its answer, or throws a [MilepostException].
  ///
  /// A mutation is repeated only under its idempotency key: [idempotencyKey], or a new one for this call. Keep a key of
  /// your own where the same intention may be tried again later.
  Future<T> run<T>(
    Operation<T> operation, {
    Fetch fetch = Fetch.network,
    String? idempotencyKey,
    Cancellation? cancellation,
  }) async => operation.read(
    Json(switch (operation) {
      Query<T>() => await _query(operation, fetch, cancellation),
      Mutation<T>() => await _mutate(operation, idempotencyKey ?? newUuid(), cancellation),
      Subscription<T>() => throw ArgumentError.value(operation, 'operation', 'follow it with live'),
    }),
  );

  /// What [run] comes to, as a value to switch over.
  Future<Result<T>> tryRun<T>(
    Operation<T> operation, {
    Fetch fetch = Fetch.network,
    String? idempotencyKey,
    Cancellation? cancellation,
  }) async {
    try {
      return Success(await run(operation, fetch: fetch, idempotencyKey: idempotencyKey, cancellation: cancellation));
    } on MilepostException catch (error) {
      return Failure(error);
    }
  }

  /// The answer that is kept, where there is one, and then the server's.
  Stream<T> watch<T>(Query<T> query, {Cancellation? cancellation}) async* {
    final kept = await cache?.read(query);
    if (kept != null) yield query.read(Json(kept));
    yield await run(query, cancellation: cancellation);
  }

  /// The answers to a query of a list, slice after slice. Each is fetched when it is listened for.
  Stream<T> slices<T, E>(PagedQuery<T, E> query, {Cancellation? cancellation}) async* {
    var next = query;
    while (true) {
      final answer = await run<T>(next, cancellation: cancellation);
      yield answer;
      final slice = next.sliceOf(answer);
      final end = slice.endCursor;
      if (!slice.hasNext || end == null) return;
      next = next.next(end);
    }
  }

  /// All entries of a list, fetched as they are listened for.
  Stream<E> all<T, E>(PagedQuery<T, E> query, {Cancellation? cancellation}) async* {
    await for (final answer in slices(query, cancellation: cancellation)) {
      yield* Stream.fromIterable(query.sliceOf(answer).entries);
    }
  }

  /// Follows a feed, over all interruptions, until the listener cancels or the server ends it.
  ///
  /// With [after], the cursor of the last message seen, what was missed comes first.
  Stream<LiveEvent<T>> live<T>(Subscription<T> subscription, {String? after}) =>
      _live.follow(subscription, after: after);

  /// Ends everything that is still open.
  void close() {
    _live.close();
    _wire.transport.close();
  }

  Future<Map<String, Object?>> _query(Query<Object?> query, Fetch fetch, Cancellation? cancellation) async {
    if (fetch == Fetch.cacheElseNetwork) {
      final kept = await cache?.read(query);
      if (kept != null) return kept;
    }
    try {
      final data = await _wire.ask(_body(query, query.variables), isRepeatable: true, cancellation: cancellation);
      await cache?.write(query, data);
      return data;
    } on MilepostException catch (error) {
      final isAway = error is NetworkException || error is ServerException;
      final kept = isAway && fetch == Fetch.networkElseCache ? await cache?.read(query) : null;
      if (kept == null) rethrow;
      return kept;
    }
  }

  Future<Map<String, Object?>> _mutate(Mutation<Object?> mutation, String key, Cancellation? cancellation) async {
    final data = await _wire.ask(
      _body(mutation, mutation.variablesWith(key)),
      isRepeatable: mutation.idempotency != Idempotency.none,
      extraHeaders: mutation.idempotency == Idempotency.header ? {'idempotency-key': key} : const {},
      cancellation: cancellation,
    );
    await cache?.changedBy(mutation, data);
    return data;
  }

  static Map<String, Object?> _body(Operation<Object?> operation, Map<String, Object?> variables) => {
    'operationName': operation.name,
    'query': operation.document,
    if (variables.isNotEmpty) 'variables': variables,
  };
}

import 'dart:async';

import 'operation.dart';

/// Where answers are kept between calls. Implement it over a database to read offline.
abstract interface class AnswerCache {
  /// The `data` that was kept for an equal query, or null.
  FutureOr<Map<String, Object?>?> read(Query<Object?> query);

  /// Keeps the `data` of an answer.
  FutureOr<void> write(Query<Object?> query, Map<String, Object?> data);

  /// After a mutation has been answered: forget what it may have changed.
  FutureOr<void> changedBy(Mutation<Object?> mutation, Map<String, Object?> data);

  /// Somebody else is signed in, or nobody: forget everything.
  FutureOr<void> clear();
}

/// Where a query may take its answer from.
enum Fetch {
  /// From the server only.
  network,

  /// From the server; from the cache where no answer comes.
  networkElseCache,

  /// From the cache; from the server what it has not.
  cacheElseNetwork,
}

/// Keeps the latest answers in memory, and forgets all of them after any mutation.
final class MemoryCache implements AnswerCache {
  /// Keeps at most [most] answers; the one that was not asked for the longest goes first.
  MemoryCache({this.most = 200});

  /// How many answers are kept.
  final int most;

  final _kept = <Query<Object?>, Map<String, Object?>>{};

  @override
  Map<String, Object?>? read(Query<Object?> query) {
    final data = _kept.remove(query);
    if (data != null) _kept[query] = data;
    return data;
  }

  @override
  void write(Query<Object?> query, Map<String, Object?> data) {
    _kept.remove(query);
    _kept[query] = data;
    if (_kept.length > most) _kept.remove(_kept.keys.first);
  }

  @override
  void changedBy(Mutation<Object?> mutation, Map<String, Object?> data) => clear();

  @override
  void clear() => _kept.clear();
}

import 'dart:async';

import 'exceptions.dart';

/// Lets a call be given up: pass it to the call, and cancel it when nobody waits any more.
final class Cancellation {
  final _cancelled = Completer<void>();

  /// Whether it has happened.
  bool get isCancelled => _cancelled.isCompleted;

  /// Completes when it happens.
  Future<void> get whenCancelled => _cancelled.future;

  /// Ends all calls it was passed to; they throw a [CancelledException].
  void cancel() {
    if (!isCancelled) _cancelled.complete();
  }

  /// Throws where it has happened.
  void check() {
    if (isCancelled) throw const CancelledException();
  }

  /// What [work] comes to, or a [CancelledException] as soon as it is cancelled.
  Future<T> guard<T>(Future<T> work) {
    check();
    return Future.any([work, whenCancelled.then((_) => throw const CancelledException())]);
  }
}

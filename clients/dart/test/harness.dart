/// A test runner in a page, because a package without dependencies has no other.
library;

import 'dart:async';
import 'dart:io';

import 'package:milepost_client/milepost_client.dart';

final _tests = <(String, FutureOr<void> Function())>[];
const _patience = Duration(seconds: 180);

/// Declares a test; its name is a sentence.
void test(String name, FutureOr<void> Function() body) => _tests.add((name, body));

/// Runs what was declared, one after the other, and ends the program: with 1 where anything has failed.
Future<Never> runTests() async {
  final only = Platform.environment['ONLY'] ?? '';
  var passed = 0;
  var failed = 0;
  for (final (name, body) in _tests.where((test) => test.$1.contains(only))) {
    try {
      await _guarded(body).timeout(_patience);
      passed++;
    } on Object catch (error, trace) {
      failed++;
      stdout.writeln('FAILED: $name\n  $error\n${_shortened(trace)}');
    }
  }
  stdout.writeln('$passed passed, $failed failed');
  await stdout.flush();
  exit(failed == 0 && passed > 0 ? 0 : 1);
}

/// Runs a test; what goes wrong where nobody awaits it fails the test as well.
Future<void> _guarded(FutureOr<void> Function() body) {
  final ended = Completer<void>();
  void fail(Object error, StackTrace trace) {
    if (!ended.isCompleted) ended.completeError(error, trace);
  }

  unawaited(
    runZonedGuarded(() async {
      await body();
      if (!ended.isCompleted) ended.complete();
    }, fail),
  );
  return ended.future;
}

/// Fails unless both are the same; lists and maps are compared by what they hold.
void expect(Object? actual, Object? expected) {
  if (!sameValues(actual, expected)) throw TestFailure('expected: $expected\n       is: $actual');
}

/// The exception of this type that [body] throws; fails where it throws none.
Future<E> thrown<E extends Object>(FutureOr<Object?> Function() body) async {
  final Object? value;
  try {
    value = await body();
  } on E catch (error) {
    return error;
  }
  throw TestFailure('expected: $E\n       is: $value, and nothing was thrown');
}

/// What a test has expected and not found.
final class TestFailure implements Exception {
  /// Says both.
  TestFailure(this.message);

  /// For people.
  final String message;

  @override
  String toString() => message;
}

String _shortened(StackTrace trace) =>
    '$trace'.split('\n').where((line) => line.contains('/test/')).take(4).map((line) => '    $line').join('\n');

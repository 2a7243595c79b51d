import 'dart:convert';
import 'dart:io';

import 'package:milepost_client/milepost_client.dart';

import 'generated/exhaustive.dart';
import 'harness.dart';

/// Answers of today's and tomorrow's servers, the same for all clients.
void main() {
  final vectors = (jsonDecode(File('../vectors/answers.json').readAsStringSync()) as List).cast<Map<String, Object?>>();
  final byName = {for (final operation in operations) operation.name: operation};
  for (final vector in vectors) {
    test('the answer to ${vector['operation']} is read, surprise: ${vector['surprise']}', () {
      final data = vector['data']! as Map<String, Object?>;
      final answer = byName[vector['operation']]!.read(Json(data));
      for (final expected in (vector['expected']! as List).cast<Map<String, Object?>>()) {
        expect(_seen(answer, _withinAnswer(answer, expected['path']! as List<Object?>)), expected['value']);
      }
    });
  }

  test('documents hash to what servers know them by', () {
    final manifest = jsonDecode(File('../manifest.json').readAsStringSync()) as Map<String, Object?>;
    final known = {
      for (final entry in (manifest['operations']! as List).cast<Map<String, Object?>>()) entry['name']: entry['id'],
    };
    final ours = {for (final operation in operations) operation.name: 'sha256:${operation.hash}'};
    expect([
      for (final name in {...known.keys, ...ours.keys})
        if (known[name] != ours[name]) name,
    ], const <String>[]);
  });
}

/// The path from the answer of an operation, which of a single root field is the value itself.
List<Object?> _withinAnswer(Object? answer, List<Object?> path) =>
    answer is ApiData && answer.fields.containsKey(path.first) ? path : path.sublist(1);

/// What a program sees at a place of an answer, as the server has written it.
Object? _seen(Object? value, List<Object?> path) {
  if (path.isEmpty) {
    return switch (value) {
      final Int64 number => number.toJson(),
      _ => value,
    };
  }
  final [step, ...rest] = path;
  return switch (value) {
    final List<Object?> list => _seen(list[step! as int], rest),
    final Outcome<Object, Object> outcome => _seen(_inside(outcome), path),
    final Money money => _seen({'amountMinor': money.amountMinor, 'currency': money.currency}[step], rest),
    final Map<String, Object?> map => _seen(map[step], rest),
    final ApiData data => _seen(_field(data, '$step'), rest),
    _ => throw TestFailure('nothing at $path of $value'),
  };
}

Object? _field(ApiData data, String name) => switch (data.fields[name]) {
  // What is unknown says how the server calls it.
  final ApiEnum one when one.wire.isEmpty => data.raw(name),
  final ApiEnum one => one.wire,
  final Object? other => other,
};

Object? _inside(Outcome<Object, Object> outcome) => switch (outcome) {
  Done(:final payload) => payload,
  Refused(:final refusal) => refusal,
  UnknownOutcome(:final typename, :final raw) => {...raw, '__typename': typename},
};

import 'dart:async';
import 'dart:convert';

import 'cancellation.dart';
import 'exceptions.dart';
import 'retry.dart';
import 'tokens.dart';
import 'transport.dart';

/// Sends documents and gets their `data`, with patience: retries, and a fresh token where one is refused.
final class Wire {
  /// One for each client.
  Wire(this.url, this.transport, this.tokens, this.retries, this.timeout, this.headers);

  /// The endpoint.
  final Uri url;

  /// The way to it.
  final Transport transport;

  /// Who asks.
  final Tokens tokens;

  /// How often to ask.
  final RetryPolicy retries;

  /// How long to wait for an answer, each time.
  final Duration timeout;

  /// What goes with every request.
  final Map<String, String> headers;

  /// The `data` of the answer. With [isRepeatable] false it is sent once and, where its token was refused, once more.
  Future<Map<String, Object?>> ask(
    Map<String, Object?> body, {
    required bool isRepeatable,
    Map<String, String> extraHeaders = const {},
    Cancellation? cancellation,
  }) async {
    final bytes = utf8.encode(jsonEncode(body));
    var token = await tokens.current();
    var isRenewed = false;
    for (var attempt = 1; ; attempt++) {
      cancellation?.check();
      final mayRepeat = isRepeatable && attempt < retries.attempts;
      final IncomingAnswer answer;
      try {
        answer = await _send(bytes, token, extraHeaders, cancellation);
      } on NetworkException {
        if (!mayRepeat) rethrow;
        await _pause(retries.wait(attempt), cancellation);
        continue;
      }
      final asked = RetryPolicy.askedFor(answer, DateTime.now());
      final isWorthWaiting = asked == null || asked <= retries.mostAsked;
      if (mayRepeat && isWorthWaiting && RetryPolicy.statuses.contains(answer.status)) {
        await _pause(retries.wait(attempt, asked: asked), cancellation);
        continue;
      }
      try {
        return dataOf(answer);
      } on SignedOutException {
        // The server has refused it before doing anything, so even what must not be repeated may be sent again.
        final fresh = isRenewed ? null : await tokens.instead(token);
        if (fresh == null) rethrow;
        (token, isRenewed) = (fresh, true);
        attempt--;
      }
    }
  }

  Future<IncomingAnswer> _send(
    List<int> bytes,
    String? token,
    Map<String, String> extraHeaders,
    Cancellation? cancellation,
  ) async {
    final request = OutgoingRequest(
      'POST',
      url,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'accept': 'application/graphql-response+json, application/json;q=0.9',
        if (token != null) 'authorization': 'Bearer $token',
        ...extraHeaders,
      },
      body: bytes,
    );
    // The transport gives up what nobody waits for, whether that is out of impatience or because it was cancelled.
    final attempt = Cancellation();
    unawaited(cancellation?.whenCancelled.then((_) => attempt.cancel()));
    try {
      return await attempt.guard(transport.send(request, cancellation: attempt).timeout(timeout));
    } on CancelledException {
      rethrow;
    } on Exception catch (cause) {
      attempt.cancel();
      throw NetworkException(cause);
    }
  }

  static Future<void> _pause(Duration wait, Cancellation? cancellation) {
    final waited = Future<void>.delayed(wait);
    return cancellation == null ? waited : cancellation.guard(waited);
  }

  /// The `data` of an answer; throws what the answer says instead.
  static Map<String, Object?> dataOf(IncomingAnswer answer) {
    final text = utf8.decode(answer.body, allowMalformed: true);
    final Object? body;
    try {
      body = jsonDecode(text);
    } on FormatException {
      if (answer.status == 401) throw const SignedOutException();
      throw ServerException(answer.status, _beginning(text));
    }
    if (body is Map<String, Object?>) return dataOfResult(body, answer.status);
    throw ServerException(answer.status, _beginning(text));
  }

  /// The `data` of a GraphQL result.
  static Map<String, Object?> dataOfResult(Map<String, Object?> result, [int status = 200]) {
    final data = switch (result['data']) {
      final Map<String, Object?> given => given,
      _ => null,
    };
    final faults = faultsOf(result['errors']);
    for (final fault in faults) {
      if (fault.code == 'UNAUTHENTICATED') throw SignedOutException(fault.message);
    }
    if (status == 401) throw const SignedOutException();
    if (faults.isNotEmpty) throw RequestException(faults, data);
    if (data == null) throw ServerException(status, _beginning(jsonEncode(result)));
    return data;
  }

  /// The entries of `errors`.
  static List<Fault> faultsOf(Object? errors) => switch (errors) {
    final List<Object?> list => [for (final error in list) Fault.of(error)],
    _ => const [],
  };

  static String _beginning(String text) => text.length <= 200 ? text : '${text.substring(0, 200)}…';
}

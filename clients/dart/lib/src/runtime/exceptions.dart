/// Everything that can go wrong with a call. A switch over it is complete.
sealed class MilepostException implements Exception {
  const MilepostException();

  /// What happened, in a sentence for people who read logs.
  String get message;

  @override
  String toString() => '$runtimeType: $message';
}

/// No answer came: no connection, a connection that broke, or no patience left. Trying again later may help.
final class NetworkException extends MilepostException {
  /// What the transport says.
  const NetworkException(this.cause);

  /// The transport's own error.
  final Object cause;

  @override
  String get message => 'No answer from the server: $cause';
}

/// An answer that is none of GraphQL: from a proxy, or from a server in trouble.
final class ServerException extends MilepostException {
  /// The answer's status and the beginning of its body.
  const ServerException(this.status, this.body);

  /// The HTTP status.
  final int status;

  /// The beginning of what came instead.
  final String body;

  @override
  String get message => 'The server answered with status $status: $body';
}

/// The request itself was at fault: a query that needs a permission, an id or a cursor that is none.
final class RequestException extends MilepostException {
  /// The errors of the answer and its data, as far as there is any.
  const RequestException(this.faults, [this.data]);

  /// At least one.
  final List<Fault> faults;

  /// The part of the answer that came all the same.
  final Map<String, Object?>? data;

  /// The code of the first fault.
  String get code => faults.first.code;

  @override
  String get message => faults.join('; ');
}

/// One entry of `errors`.
final class Fault {
  /// A fault made by hand, for tests.
  const Fault(this.message, {this.code = '', this.requestId, this.path = const []});

  /// Reads an entry of `errors`, whatever it looks like.
  factory Fault.of(Object? json) {
    final entry = json is Map<String, Object?> ? json : const <String, Object?>{};
    final extensions = switch (entry['extensions']) {
      final Map<String, Object?> given => given,
      _ => const <String, Object?>{},
    };
    return Fault(
      '${entry['message'] ?? 'no message'}',
      code: '${extensions['code'] ?? ''}',
      requestId: extensions['requestId'] as String?,
      path: entry['path'] is List<Object?> ? entry['path']! as List<Object?> : const [],
    );
  }

  /// For people.
  final String message;

  /// For programs; new codes may come. Empty where there is none.
  final String code;

  /// What to tell those who run the server.
  final String? requestId;

  /// Which field of the answer it is about; empty for the request as a whole.
  final List<Object?> path;

  @override
  String toString() {
    final told = requestId == null ? '' : ' (request $requestId)';
    return code.isEmpty ? '$message$told' : '$code: $message$told';
  }
}

/// Nobody is signed in, and a fresh token could not be had or did not help.
final class SignedOutException extends MilepostException {
  /// Says why, as the server does.
  const SignedOutException([this.reason = 'no valid session']);

  /// What the server said.
  final String reason;

  @override
  String get message => 'Sign in again: $reason';
}

/// A mutation was refused; nothing has changed. Thrown by `orThrow` only.
final class RefusedException<R extends Object> extends MilepostException {
  /// What the API says.
  const RefusedException(this.refusal);

  /// The refusal with its code and details.
  final R refusal;

  @override
  String get message => '$refusal';
}

/// The answer has not the shape that this package was generated for.
final class MisfitException extends MilepostException {
  /// What stands at [path] instead of what was [expected].
  const MisfitException(this.path, this.expected, this.value);

  /// Where in the answer.
  final String path;

  /// What should be there.
  final String expected;

  /// What is there.
  final Object? value;

  @override
  String get message => 'The answer has $value instead of $expected at ${path.isEmpty ? 'its root' : path}';
}

/// The caller has cancelled the call.
final class CancelledException extends MilepostException {
  /// There is only one way.
  const CancelledException();

  @override
  String get message => 'The call was cancelled';
}

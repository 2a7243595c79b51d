import 'exceptions.dart';
import 'json.dart';
import 'values.dart';

/// A call that can be made: a value that knows its document, its variables and how to read its answer.
sealed class Operation<T> {
  const Operation();

  /// Its name in the document.
  String get name;

  /// What is sent.
  String get document;

  /// The SHA-256 of the document, by which servers know it.
  String get hash;

  /// Its variables as they are sent; what is left out is not among them.
  Map<String, Object?> get variables;

  /// Reads its answer's `data`.
  T read(Json data);

  /// Two operations are equal when they are of one class and ask for the same, so they can be keys of caches.
  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is Operation && other.runtimeType == runtimeType && sameValues(variables, other.variables);

  @override
  int get hashCode => Object.hash(runtimeType, hashOfValues(variables));

  @override
  String toString() => '$name($variables)';
}

/// A call that only reads. It is repeated as often as it takes.
abstract class Query<T> extends Operation<T> {
  /// Queries are values.
  const Query();
}

/// A query of a list, of which an answer is one slice.
abstract class PagedQuery<T, E> extends Query<T> {
  /// Queries are values.
  const PagedQuery();

  /// The slice in an answer.
  Slice<E> sliceOf(T answer);

  /// The same query for what follows a cursor.
  PagedQuery<T, E> next(String cursor);
}

/// A part of a list.
final class Slice<E> {
  /// What an answer has of a list.
  const Slice(this.entries, {required this.hasNext, required this.endCursor});

  /// None, where an object on the way to the list is not there.
  const Slice.none() : entries = const [], hasNext = false, endCursor = null;

  /// Its entries.
  final List<E> entries;

  /// Whether there is more.
  final bool hasNext;

  /// Where it ends.
  final String? endCursor;
}

/// How a mutation takes the key that makes repeating it safe.
enum Idempotency {
  /// In its input, always.
  input,

  /// In a header of the request.
  header,

  /// Not at all: it is never repeated.
  none,
}

/// A call that changes something.
abstract class Mutation<T> extends Operation<T> {
  /// Mutations are values. They hold no idempotency key: that belongs to the call.
  const Mutation();

  /// How it takes an idempotency key.
  Idempotency get idempotency;

  /// Its variables with the key in its place.
  Map<String, Object?> variablesWith(String key) => switch (variables['input']) {
    final Map<String, Object?> input when idempotency == Idempotency.input => {
      ...variables,
      'input': {...input, 'idempotencyKey': key},
    },
    _ => variables,
  };
}

/// A feed of what happens.
abstract class Subscription<T> extends Operation<T> {
  /// Subscriptions are values.
  const Subscription();

  /// The variable that takes a cursor; null for a feed that cannot resume.
  String? get afterVariable => null;

  /// The cursor of a message.
  String? cursorOf(T message) => null;

  /// Whether a message says that others before it are lost.
  bool isGap(T message) => false;
}

/// What became of a mutation: done, refused, or something that this package does not know yet.
sealed class Outcome<P extends Object, R extends Object> {
  const Outcome();

  /// Reads a union of a payload and a refusal.
  factory Outcome.read(
    Json json, {
    required String payload,
    required P Function(Json json) readPayload,
    required String refusal,
    required R Function(Json json) readRefusal,
  }) =>
      json.typename == payload
          ? Done(readPayload(json))
          : json.typename == refusal
          ? Refused(readRefusal(json))
          : UnknownOutcome(json.typename, json.object);

  /// The payload; a [RefusedException] with the refusal where there is none.
  P orThrow() => switch (this) {
    Done(:final payload) => payload,
    Refused(:final refusal) => throw RefusedException<R>(refusal),
    UnknownOutcome(:final typename, :final raw) =>
      throw MisfitException('', 'a payload or a refusal', typename.isEmpty ? raw : typename),
  };

  /// The payload; null where there is none.
  P? get payloadOrNull => switch (this) {
    Done(:final payload) => payload,
    _ => null,
  };
}

/// It is done.
final class Done<P extends Object, R extends Object> extends Outcome<P, R> {
  /// With what has changed.
  const Done(this.payload);

  /// The changed objects as they are after the commit.
  final P payload;

  @override
  bool operator ==(Object other) => other is Done<P, R> && other.payload == payload;

  @override
  int get hashCode => payload.hashCode;

  @override
  String toString() => 'Done($payload)';
}

/// It was refused, and nothing has changed.
final class Refused<P extends Object, R extends Object> extends Outcome<P, R> {
  /// With the reason.
  const Refused(this.refusal);

  /// Why.
  final R refusal;

  @override
  bool operator ==(Object other) => other is Refused<P, R> && other.refusal == refusal;

  @override
  int get hashCode => refusal.hashCode;

  @override
  String toString() => 'Refused($refusal)';
}

/// An outcome of a newer server: neither the payload nor the refusal that this package knows.
final class UnknownOutcome<P extends Object, R extends Object> extends Outcome<P, R> {
  /// With all there is to see of it.
  const UnknownOutcome(this.typename, this.raw);

  /// The name of its type.
  final String typename;

  /// Its fields as they came.
  final Map<String, Object?> raw;

  @override
  String toString() => 'UnknownOutcome($typename, $raw)';
}

/// What a call came to, for those who would rather switch than catch.
sealed class Result<T> {
  const Result();

  /// The value, or the exception thrown.
  T orThrow() => switch (this) {
    Success(:final value) => value,
    Failure(:final error) => throw error,
  };
}

/// An answer.
final class Success<T> extends Result<T> {
  /// With its value.
  const Success(this.value);

  /// What was asked for.
  final T value;

  @override
  String toString() => 'Success($value)';
}

/// No answer that helps.
final class Failure<T> extends Result<T> {
  /// With the reason.
  const Failure(this.error);

  /// What went wrong.
  final MilepostException error;

  @override
  String toString() => 'Failure($error)';
}

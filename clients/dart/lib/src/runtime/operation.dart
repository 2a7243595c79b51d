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

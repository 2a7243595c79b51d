import 'exceptions.dart';
import 'json.dart';

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

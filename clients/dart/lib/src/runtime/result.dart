import 'exceptions.dart';

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

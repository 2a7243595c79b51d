import 'json.dart';

/// Whether two values of JSON, lists and maps included, are the same.
bool sameValues(Object? one, Object? other) => switch ((one, other)) {
  (final Map<Object?, Object?> a, final Map<Object?, Object?> b) =>
    a.length == b.length && a.keys.every((key) => b.containsKey(key) && sameValues(a[key], b[key])),
  (final List<Object?> a, final List<Object?> b) =>
    a.length == b.length && Iterable<int>.generate(a.length).every((at) => sameValues(a[at], b[at])),
  _ => one == other,
};

/// A hash that is the same for [sameValues].
int hashOfValues(Object? value) => switch (value) {
  final Map<Object?, Object?> map => Object.hashAllUnordered(
    map.entries.map((entry) => Object.hash(entry.key, hashOfValues(entry.value))),
  ),
  final List<Object?> list => Object.hashAll(list.map(hashOfValues)),
  _ => value.hashCode,
};

/// An enum of the API. Its member `unknown` stands for every value that this package does not know yet.
abstract interface class ApiEnum implements Enum {
  /// The value as the API writes it; empty for `unknown`.
  String get wire;
}

/// Finds the member for a value, `unknown` where there is none; never throws for a text.
E readEnum<E extends ApiEnum>(Json json, Map<String, E> members, E unknown) => members[json.string] ?? unknown;

/// The members of an enum by what the API calls them.
Map<String, E> byWire<E extends ApiEnum>(List<E> values) => {
  for (final value in values)
    if (value.wire.isNotEmpty) value.wire: value,
};

/// Writes an enum into variables. `unknown` cannot be sent, because it says nothing.
String wireOf(ApiEnum value) =>
    value.wire.isEmpty ? throw ArgumentError.value(value, null, 'only read, never sent') : value.wire;

/// An object of an answer. Two are equal when they are of one class and all their fields are.
abstract class ApiData {
  /// An object made by hand, for tests and previews.
  const ApiData() : _source = null;

  /// An object as it was read.
  ApiData.read(Json json) : _source = json.object;

  final Map<String, Object?>? _source;

  /// Its fields by the names that they have in the answer.
  Map<String, Object?> get fields;

  /// A field as it came: the text of an enum that is `unknown` here, for example. Null for objects made by hand.
  Object? raw(String field) => _source?[field];

  Map<String, Object?> get _comparable => {
    for (final MapEntry(:key, :value) in fields.entries) key: _holdsUnknown(value) ? raw(key) : value,
  };

  static bool _holdsUnknown(Object? value) => switch (value) {
    final ApiEnum one => one.wire.isEmpty,
    final List<Object?> list => list.any(_holdsUnknown),
    _ => false,
  };

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is ApiData && other.runtimeType == runtimeType && sameValues(_comparable, other._comparable);

  @override
  int get hashCode => Object.hash(runtimeType, hashOfValues(_comparable));

  @override
  String toString() {
    final shown = _comparable.entries.map((entry) => '${entry.key}: ${entry.value}');
    return '$runtimeType(${shown.join(', ')})';
  }
}

/// An object that is sent. Two are equal when they are of one class and send the same.
abstract class ApiInput {
  /// Inputs have no state of their own.
  const ApiInput();

  /// What is sent.
  Map<String, Object?> toJson();

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is ApiInput && other.runtimeType == runtimeType && sameValues(toJson(), other.toJson());

  @override
  int get hashCode => Object.hash(runtimeType, hashOfValues(toJson()));

  @override
  String toString() => '$runtimeType(${toJson()})';
}

/// A field of an update, which can be set, cleared or kept as it is.
final class Opt<T extends Object> {
  /// Sets the field.
  const Opt.set(T this.value) : isGiven = true;

  /// Clears the field, or puts its default back.
  const Opt.clear() : value = null, isGiven = true;

  /// Leaves the field as it is.
  const Opt.keep() : value = null, isGiven = false;

  /// The new value; null to clear it.
  final T? value;

  /// Whether anything is sent at all.
  final bool isGiven;

  /// The new value as [how] writes it; null to clear the field.
  Object? write(Object? Function(T value) how) {
    final value = this.value;
    return value == null ? null : how(value);
  }

  @override
  bool operator ==(Object other) => other is Opt && other.isGiven == isGiven && sameValues(other.value, value);

  @override
  int get hashCode => Object.hash(isGiven, hashOfValues(value));

  @override
  String toString() =>
      !isGiven
          ? 'Opt.keep()'
          : value == null
          ? 'Opt.clear()'
          : 'Opt.set($value)';
}

import 'exceptions.dart';

/// A value of an answer, with the place it stands at, so that what does not fit can be named.
final class Json {
  /// The value as `jsonDecode` gives it, and where it stands.
  const Json(this.value, [this.path = '']);

  /// The value as it came.
  final Object? value;

  /// Where it stands, for example `gig.terms.milestones[0]`.
  final String path;

  /// The field of this name; a field that is not there is null.
  Json operator [](String name) => Json(object[name], path.isEmpty ? name : '$path.$name');

  /// Null where the value is null, else what [read] makes of it.
  T? orNull<T extends Object>(T Function(Json json) read) => value == null ? null : read(this);

  /// A list, each entry read by [read].
  List<T> list<T>(T Function(Json json) read) {
    final items = _as<List<Object?>>('a list');
    return List.unmodifiable([for (var at = 0; at < items.length; at++) read(Json(items[at], '$path[$at]'))]);
  }

  /// An object with its fields by name.
  Map<String, Object?> get object => _as<Map<String, Object?>>('an object');

  /// A text, an id, or anything else that is written as one.
  String get string => _as<String>('a text');

  /// A whole number of 32 bits.
  int get integer => switch (value) {
    final int number => number,
    final double number when number == number.truncateToDouble() => number.toInt(),
    _ => _misfit('a whole number'),
  };

  /// A number of any kind.
  double get float => _as<num>('a number').toDouble();

  /// True or false.
  bool get boolean => _as<bool>('true or false');

  /// An instant, in UTC.
  DateTime get instant => parsed((text) => DateTime.parse(text).toUtc(), 'an instant');

  /// The name of the object's type; empty where the answer does not say.
  String get typename => switch (object['__typename']) {
    final String name => name,
    _ => '',
  };

  /// What [parse] makes of a text; [expected] says what it should have been.
  T parsed<T>(T Function(String text) parse, String expected) {
    final text = value;
    if (text is! String) _misfit(expected);
    try {
      return parse(text);
    } on FormatException {
      _misfit(expected);
    }
  }

  T _as<T>(String expected) {
    final value = this.value;
    return value is T ? value : _misfit(expected);
  }

  Never _misfit(String expected) => throw MisfitException(path, expected, value);
}

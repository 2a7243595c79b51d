import 'json.dart';

final BigInt _least = -(BigInt.one << 63);
final BigInt _most = (BigInt.one << 63) - BigInt.one;

/// A whole number of 64 bits that is exact everywhere, also where a program's numbers have 53 bits only.
final class Int64 implements Comparable<Int64> {
  /// A number that the platform can hold.
  const Int64(int this._value);

  const Int64._(this._value);

  /// Any number that has 64 bits; a RangeError for others.
  factory Int64.of(BigInt value) {
    if (value < _least || value > _most) {
      throw RangeError('$value does not fit into 64 bits');
    }
    return Int64._(value.isValidInt ? value.toInt() : value);
  }

  /// Reads `-12345`.
  factory Int64.parse(String text) {
    final value = BigInt.tryParse(text);
    if (value == null || value < _least || value > _most) {
      throw FormatException('no whole number of 64 bits', text);
    }
    return Int64.of(value);
  }

  /// Reads a number of an answer, where it is written as a text.
  factory Int64.fromJson(Json json) => switch (json.value) {
    final int number => Int64(number),
    _ => json.parsed(Int64.parse, 'a whole number of 64 bits'),
  };

  /// None.
  static const zero = Int64(0);

  // An int wherever the platform holds it exactly, else a BigInt: so equal numbers are equal objects.
  final Object _value;

  /// The number without a limit.
  BigInt toBigInt() => switch (_value) {
    final int number => BigInt.from(number),
    final Object big => big as BigInt,
  };

  /// The number as an int; a RangeError where the platform cannot hold it exactly.
  int toInt() => switch (_value) {
    final int number => number,
    final Object big => throw RangeError('$big does not fit into an int here'),
  };

  /// The sum; a RangeError where it does not fit.
  Int64 operator +(Int64 other) => Int64.of(toBigInt() + other.toBigInt());

  /// The difference; a RangeError where it does not fit.
  Int64 operator -(Int64 other) => Int64.of(toBigInt() - other.toBigInt());

  /// The multiple; a RangeError where it does not fit.
  Int64 operator *(int factor) => Int64.of(toBigInt() * BigInt.from(factor));

  /// The number with the other sign.
  Int64 operator -() => Int64.of(-toBigInt());

  /// Whether this is less.
  bool operator <(Int64 other) => compareTo(other) < 0;

  /// Whether this is more.
  bool operator >(Int64 other) => compareTo(other) > 0;

  /// Whether this is less or the same.
  bool operator <=(Int64 other) => compareTo(other) <= 0;

  /// Whether this is more or the same.
  bool operator >=(Int64 other) => compareTo(other) >= 0;

  /// Whether this is less than zero.
  bool get isNegative => toBigInt().isNegative;

  @override
  int compareTo(Int64 other) => toBigInt().compareTo(other.toBigInt());

  @override
  bool operator ==(Object other) => other is Int64 && other._value == _value;

  @override
  int get hashCode => _value.hashCode;

  /// The number as the API writes it.
  String toJson() => '$_value';

  @override
  String toString() => '$_value';
}

/// A decimal number, exact to its last digit. Keeps how many digits it was written with; `1.5` equals `1.50`.
final class Decimal implements Comparable<Decimal> {
  /// [unscaled] divided by ten to the power of [scale].
  Decimal(this.unscaled, this.scale) : assert(scale >= 0, 'a scale is not negative');

  /// Reads `-12.50`.
  factory Decimal.parse(String text) {
    final match = RegExp(r'^(-?\d+)(?:\.(\d+))?$').firstMatch(text);
    if (match == null) throw FormatException('no decimal number', text);
    final digits = match[2] ?? '';
    return Decimal(BigInt.parse('${match[1]}$digits'), digits.length);
  }

  /// Reads a number of an answer, where it is written as a text.
  factory Decimal.fromJson(Json json) => json.parsed(Decimal.parse, 'a decimal number');

  /// All digits, without the point.
  final BigInt unscaled;

  /// How many of them stand behind the point.
  final int scale;

  /// The sum.
  Decimal operator +(Decimal other) => _with(other, (a, b) => a + b);

  /// The difference.
  Decimal operator -(Decimal other) => _with(other, (a, b) => a - b);

  /// The product, with the digits of both.
  Decimal operator *(Decimal other) => Decimal(unscaled * other.unscaled, scale + other.scale);

  /// Whether this is less.
  bool operator <(Decimal other) => compareTo(other) < 0;

  /// Whether this is more.
  bool operator >(Decimal other) => compareTo(other) > 0;

  Decimal _with(Decimal other, BigInt Function(BigInt, BigInt) combine) {
    final digits = scale > other.scale ? scale : other.scale;
    return Decimal(combine(_at(digits), other._at(digits)), digits);
  }

  BigInt _at(int digits) => unscaled * BigInt.from(10).pow(digits - scale);

  @override
  int compareTo(Decimal other) => (this - other).unscaled.sign;

  @override
  bool operator ==(Object other) => other is Decimal && compareTo(other) == 0;

  @override
  int get hashCode {
    var (digits, places) = (unscaled, scale);
    while (places > 0 && digits.remainder(BigInt.from(10)) == BigInt.zero) {
      (digits, places) = (digits ~/ BigInt.from(10), places - 1);
    }
    return Object.hash(digits, places);
  }

  /// The number as the API writes it.
  String toJson() => toString();

  @override
  String toString() {
    if (scale == 0) return '$unscaled';
    final digits = '${unscaled.abs()}'.padLeft(scale + 1, '0');
    final point = digits.length - scale;
    final sign = unscaled.isNegative ? '-' : '';
    return '$sign${digits.substring(0, point)}.${digits.substring(point)}';
  }
}

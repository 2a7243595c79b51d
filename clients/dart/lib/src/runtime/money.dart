import 'json.dart';
import 'numbers.dart';

/// An amount in whole minor units of its currency: 1150.00 euros are 115000 cents. Never a double.
final class Money implements Comparable<Money> {
  /// An amount; [decimal] is what the API shows it as, and is not compared.
  const Money(this.amountMinor, this.currency, {this.decimal});

  /// An amount that fits into an int: `Money.minor(115000, 'EUR')`.
  Money.minor(int amountMinor, this.currency) : amountMinor = Int64(amountMinor), decimal = null;

  /// Reads an amount of an answer.
  Money.fromJson(Json json)
    : amountMinor = Int64.fromJson(json['amountMinor']),
      currency = json['currency'].string,
      decimal = json['decimal'].orNull(Decimal.fromJson);

  /// How many minor units.
  final Int64 amountMinor;

  /// The code of ISO 4217.
  final String currency;

  /// The same amount as text to show, where it was asked for.
  final Decimal? decimal;

  /// The sum; an ArgumentError for another currency.
  Money operator +(Money other) => Money(amountMinor + _same(other).amountMinor, currency);

  /// The difference; an ArgumentError for another currency.
  Money operator -(Money other) => Money(amountMinor - _same(other).amountMinor, currency);

  /// The multiple.
  Money operator *(int factor) => Money(amountMinor * factor, currency);

  /// Whether this is less; an ArgumentError for another currency.
  bool operator <(Money other) => compareTo(other) < 0;

  /// Whether this is more; an ArgumentError for another currency.
  bool operator >(Money other) => compareTo(other) > 0;

  Money _same(Money other) =>
      other.currency == currency
          ? other
          : throw ArgumentError('$other is not in $currency; amounts of two currencies do not mix');

  @override
  int compareTo(Money other) => amountMinor.compareTo(_same(other).amountMinor);

  @override
  bool operator ==(Object other) => other is Money && other.amountMinor == amountMinor && other.currency == currency;

  @override
  int get hashCode => Object.hash(amountMinor, currency);

  /// The amount as the API takes it.
  Map<String, Object?> toJson() => {'amountMinor': amountMinor.toJson(), 'currency': currency};

  @override
  String toString() => decimal == null ? '$amountMinor minor units of $currency' : '$decimal $currency';
}

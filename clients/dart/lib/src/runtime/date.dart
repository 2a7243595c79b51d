import 'json.dart';

/// A day of the calendar, without a time and without a zone.
final class Date implements Comparable<Date> {
  /// The day as it is given; nothing is checked, so that it can be const.
  const Date(this.year, this.month, this.day);

  /// The day on which an instant lies, in the zone that the instant is in.
  Date.of(DateTime instant) : this(instant.year, instant.month, instant.day);

  /// Reads `2026-07-01`.
  factory Date.parse(String text) {
    final match = RegExp(r'^(\d{4})-(\d\d)-(\d\d)$').firstMatch(text);
    if (match == null) throw FormatException('a date is written as 2026-07-01', text);
    final date = Date(int.parse(match[1]!), int.parse(match[2]!), int.parse(match[3]!));
    if (Date.of(date._midnight) != date) throw FormatException('there is no such day', text);
    return date;
  }

  /// Reads a date of an answer.
  factory Date.fromJson(Json json) => json.parsed(Date.parse, 'a date');

  /// The year.
  final int year;

  /// The month, from 1.
  final int month;

  /// The day of the month, from 1.
  final int day;

  DateTime get _midnight => DateTime.utc(year, month, day);

  /// From 1, Monday, to 7, Sunday.
  int get weekday => _midnight.weekday;

  /// The day that many days later, or earlier for a negative number.
  Date addDays(int days) => Date.of(DateTime.utc(year, month, day + days));

  /// How many days [other] is later.
  int daysUntil(Date other) => other._midnight.difference(_midnight).inDays;

  @override
  int compareTo(Date other) => _midnight.compareTo(other._midnight);

  /// Whether this is an earlier day.
  bool operator <(Date other) => compareTo(other) < 0;

  /// Whether this is a later day.
  bool operator >(Date other) => compareTo(other) > 0;

  @override
  bool operator ==(Object other) => other is Date && other.year == year && other.month == month && other.day == day;

  @override
  int get hashCode => Object.hash(year, month, day);

  /// The date as the API writes it.
  String toJson() => '${'$year'.padLeft(4, '0')}-${'$month'.padLeft(2, '0')}-${'$day'.padLeft(2, '0')}';

  @override
  String toString() => toJson();
}

import 'dart:math';

import 'transport.dart';

/// How often and how fast a call is repeated that got no answer, or one that says: later.
final class RetryPolicy {
  /// The waits grow from [first] to [most], each anywhere between nothing and its length, so that clients spread.
  const RetryPolicy({
    this.attempts = 4,
    this.first = const Duration(milliseconds: 250),
    this.most = const Duration(seconds: 20),
    this.mostAsked = const Duration(minutes: 1),
    this.random,
  });

  /// Never repeats a call.
  const RetryPolicy.never() : this(attempts: 1);

  /// How often a call is tried in all.
  final int attempts;

  /// The longest wait before the second attempt; it doubles from then on.
  final Duration first;

  /// The longest wait of all. What a server asks for with Retry-After may be longer.
  final Duration most;

  /// A server that asks for more than this is not waited for: the call ends with its answer.
  final Duration mostAsked;

  /// Where chance comes from.
  final Random? random;

  static final Random _chance = Random();

  /// Statuses that mean: later. All others are final.
  static const statuses = {408, 425, 429, 502, 503, 504};

  /// How long to wait after so many failures, counted from 1.
  Duration wait(int failures, {Duration? asked}) {
    final longest = min(most.inMicroseconds.toDouble(), first.inMicroseconds * pow(2.0, min(failures - 1, 30)));
    final chosen = Duration(microseconds: (longest * (random ?? _chance).nextDouble()).floor());
    return asked != null && asked > chosen ? asked : chosen;
  }

  /// What an answer asks for with `Retry-After`, in seconds or as a date; null where it does not.
  static Duration? askedFor(IncomingAnswer answer, DateTime now) {
    final value = answer.headers['retry-after']?.trim();
    if (value == null) return null;
    final seconds = int.tryParse(value);
    if (seconds != null) return Duration(seconds: max(0, seconds));
    final until = _httpDate(value);
    if (until == null) return null;
    final left = until.difference(now);
    return left.isNegative ? Duration.zero : left;
  }

  static DateTime? _httpDate(String text) {
    const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
    final match = RegExp(r'^\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$').firstMatch(text);
    final month = match == null ? -1 : months.indexOf(match[2]!);
    if (match == null || month < 0) return null;
    int part(int group) => int.parse(match[group]!);
    return DateTime.utc(part(3), month ~/ 3 + 1, part(1), part(4), part(5), part(6));
  }
}

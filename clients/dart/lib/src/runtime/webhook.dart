import 'dart:convert';

import 'sha256.dart';

/// Checks that a webhook is Milepost's, as Standard Webhooks describes it: HMAC-SHA256 over id, time and body.
final class WebhookVerifier {
  /// The secrets of the endpoint, `whsec_` and base64: one, or two while they are being exchanged.
  WebhookVerifier(List<String> secrets, {this.tolerance = const Duration(minutes: 5), DateTime Function()? now})
    : _keys = [for (final secret in secrets) _keyOf(secret)],
      _now = now ?? DateTime.now {
    if (_keys.isEmpty) throw ArgumentError('a verifier without a secret would accept nothing');
  }

  final List<List<int>> _keys;
  final DateTime Function() _now;

  /// How far the time of a webhook may be off, in both directions.
  final Duration tolerance;

  /// The webhook's payload; throws a [WebhookException] where it cannot be trusted.
  ///
  /// [body] is the request's body byte for byte, before anything has read it. Names of headers are taken in any case.
  Map<String, Object?> verify(Map<String, String> headers, List<int> body) {
    final given = {for (final entry in headers.entries) entry.key.toLowerCase(): entry.value};
    final id = _header(given, 'webhook-id');
    final time = _header(given, 'webhook-timestamp');
    final signatures = _header(given, 'webhook-signature');
    _checkTime(time);
    final signed = [...utf8.encode('$id.$time.'), ...body];
    final expected = [for (final key in _keys) hmacSha256(key, signed)];
    final isSigned = [
      for (final signature in signatures.split(' '))
        if (_bytesOf(signature) case final bytes?)
          for (final one in expected) equalInConstantTime(one, bytes),
    ].contains(true);
    if (!isSigned) throw const WebhookException(WebhookFault.signature, 'no signature fits');
    try {
      return jsonDecode(utf8.decode(body)) as Map<String, Object?>;
    } on Object {
      throw const WebhookException(WebhookFault.body, 'the body is no JSON object');
    }
  }

  void _checkTime(String time) {
    final seconds = int.tryParse(time);
    if (seconds == null)
      throw const WebhookException(WebhookFault.timestamp, 'webhook-timestamp is no number of seconds');
    final sent = DateTime.fromMillisecondsSinceEpoch(seconds * 1000);
    if (_now().difference(sent).abs() > tolerance) {
      throw const WebhookException(WebhookFault.timestamp, 'webhook-timestamp is too far from now');
    }
  }

  static String _header(Map<String, String> headers, String name) => switch (headers[name]) {
    final String value when value.isNotEmpty => value,
    _ => throw WebhookException(WebhookFault.headers, 'the header $name is missing'),
  };

  static List<int>? _bytesOf(String signature) {
    if (!signature.startsWith('v1,')) return null;
    try {
      return base64.decode(signature.substring(3));
    } on FormatException {
      return null;
    }
  }

  static List<int> _keyOf(String secret) {
    final text = secret.startsWith('whsec_') ? secret.substring(6) : secret;
    final key = base64.decode(text);
    return key.isEmpty ? throw ArgumentError('an empty secret protects nothing') : key;
  }
}

/// What is wrong with a webhook.
enum WebhookFault {
  /// A header is missing.
  headers,

  /// It is too old, or from the future.
  timestamp,

  /// It is not signed with a secret of ours.
  signature,

  /// It is signed, and no JSON object.
  body,
}

/// A webhook that cannot be trusted. Answer it with 401 and do nothing.
final class WebhookException implements Exception {
  /// Says why.
  const WebhookException(this.reason, this.message);

  /// What is wrong.
  final WebhookFault reason;

  /// For logs; not for whoever sent it.
  final String message;

  @override
  String toString() => 'WebhookException: $message';
}

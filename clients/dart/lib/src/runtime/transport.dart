import 'dart:async';
import 'dart:typed_data';

import 'cancellation.dart';

/// The way to the server. Pass your own to a client for the web, for proxies, or for certificates of your own.
abstract interface class Transport {
  /// Sends a request and waits for the whole answer, whatever its status. Throws anything where none comes.
  Future<IncomingAnswer> send(OutgoingRequest request, {Cancellation? cancellation});

  /// Opens a WebSocket. Throws anything where it does not open.
  Future<TextSocket> connect(Uri url, String protocol);

  /// Ends what is still open.
  void close();
}

/// A request of HTTP.
final class OutgoingRequest {
  /// A request with its whole body, or none.
  OutgoingRequest(this.method, this.url, {this.headers = const {}, List<int> body = const []})
    : body = Stream.value(body),
      length = body.length;

  /// A request whose body is read while it is sent.
  const OutgoingRequest.stream(
    this.method,
    this.url, {
    required this.body,
    required this.length,
    this.headers = const {},
  });

  /// `POST` for GraphQL, anything for uploads.
  final String method;

  /// Where to.
  final Uri url;

  /// By their names in lower case.
  final Map<String, String> headers;

  /// The bytes of the body. Listened to once.
  final Stream<List<int>> body;

  /// How many bytes; null where that is not known before.
  final int? length;
}

/// An answer of HTTP.
final class IncomingAnswer {
  /// An answer that has come whole.
  const IncomingAnswer(this.status, this.headers, this.body);

  /// The status.
  final int status;

  /// By their names in lower case.
  final Map<String, String> headers;

  /// The whole body.
  final Uint8List body;
}

/// An open WebSocket.
abstract interface class TextSocket {
  /// Text messages. Ends when the socket does, without an error; then [closeCode] is set.
  Stream<String> get messages;

  /// Why it has ended; null while it lives, and where it broke.
  int? get closeCode;

  /// The words that came with the code.
  String get closeReason;

  /// Sends a text message.
  void send(String message);

  /// Ends it. Must not wait for the other side.
  void close([int code = 1000, String reason = '']);
}

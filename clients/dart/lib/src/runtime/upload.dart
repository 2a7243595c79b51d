import 'dart:async';

import 'cancellation.dart';
import 'exceptions.dart';
import 'transport.dart';

/// Where a file goes: an address that takes it without further ado, as storages sign them.
final class UploadTarget {
  /// Everything as the server has said it.
  const UploadTarget(this.url, {this.method = 'PUT', this.headers = const {}});

  /// Where to.
  final Uri url;

  /// `PUT`, unless said otherwise.
  final String method;

  /// What has to go with it; they are part of the signature.
  final Map<String, String> headers;
}

/// Sends a file to its target. The body is read piece by piece, never as a whole.
///
/// [onProgress] is told how many bytes have been handed to the network. Nothing is repeated, because a body can be read
/// only once: on a [NetworkException] call it again with a new body.
Future<void> upload(
  Transport transport,
  UploadTarget target,
  Stream<List<int>> body, {
  required int length,
  void Function(int sent)? onProgress,
  Cancellation? cancellation,
}) async {
  var sent = 0;
  final counted = body.map((piece) {
    onProgress?.call(sent += piece.length);
    return piece;
  });
  final request = OutgoingRequest.stream(
    target.method,
    target.url,
    headers: target.headers,
    body: counted,
    length: length,
  );
  final guard = cancellation ?? Cancellation();
  final IncomingAnswer answer;
  try {
    answer = await guard.guard(transport.send(request, cancellation: guard));
  } on CancelledException {
    rethrow;
  } on Exception catch (cause) {
    throw NetworkException(cause);
  }
  if (answer.status < 200 || answer.status > 299) {
    throw ServerException(answer.status, String.fromCharCodes(answer.body.take(200)));
  }
}

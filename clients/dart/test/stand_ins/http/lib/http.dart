/// As much of `package:http` 1.5 as the example names, so that it can be checked without the package.
library;

import 'dart:typed_data';

abstract interface class Client {
  external factory Client();

  Future<StreamedResponse> send(StreamedRequest request);

  void close();
}

class StreamedRequest {
  external StreamedRequest(String method, Uri url);

  external Map<String, String> get headers;

  external int? contentLength;

  external Sink<List<int>> get sink;
}

final class AbortableStreamedRequest extends StreamedRequest {
  AbortableStreamedRequest(super.method, super.url, {this.abortTrigger});

  final Future<void>? abortTrigger;
}

abstract interface class StreamedResponse {
  int get statusCode;

  Map<String, String> get headers;

  ByteStream get stream;
}

abstract interface class ByteStream {
  Future<Uint8List> toBytes();
}

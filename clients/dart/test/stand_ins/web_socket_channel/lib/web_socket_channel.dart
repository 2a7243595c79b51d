/// As much of `package:web_socket_channel` 3 as the example names, so that it can be checked without the package.
library;

abstract interface class WebSocketChannel {
  external factory WebSocketChannel.connect(Uri uri, {Iterable<String>? protocols});

  Future<void> get ready;

  Stream<dynamic> get stream;

  WebSocketSink get sink;

  int? get closeCode;

  String? get closeReason;
}

abstract interface class WebSocketSink {
  void add(Object? message);

  Future<void> close([int? code, String? reason]);
}

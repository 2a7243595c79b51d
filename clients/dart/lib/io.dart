/// The transport over `dart:io`, for a transport of one's own around it: an `HttpClient` with a proxy or certificates.
library;

export 'src/runtime/transport_io.dart' show IoTransport;

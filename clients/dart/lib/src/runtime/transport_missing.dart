import 'transport.dart';

/// Where there is no `dart:io`, on the web for example, a transport has to be given.
Transport defaultTransport() =>
    throw UnsupportedError('Pass a transport to MilepostClient: example/http_transport.dart has one for the web');

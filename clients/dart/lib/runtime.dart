/// What generated code stands on: clients, values, feeds, the outbox. Without any operation.
library;

export 'src/runtime/cache.dart';
export 'src/runtime/cancellation.dart';
export 'src/runtime/client.dart';
export 'src/runtime/date.dart';
export 'src/runtime/exceptions.dart';
export 'src/runtime/json.dart';
export 'src/runtime/live.dart' hide LiveConnection;
export 'src/runtime/money.dart';
export 'src/runtime/numbers.dart';
export 'src/runtime/operation.dart';
export 'src/runtime/outbox.dart';
export 'src/runtime/outcome.dart';
export 'src/runtime/result.dart';
export 'src/runtime/retry.dart';
export 'src/runtime/transport.dart';
export 'src/runtime/upload.dart';
export 'src/runtime/uuid.dart';
export 'src/runtime/values.dart';
export 'src/runtime/webhook.dart';

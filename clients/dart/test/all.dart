import 'calls.dart' as calls;
import 'feeds.dart' as feeds;
import 'harness.dart';
import 'offline.dart' as offline;
import 'tomorrow.dart' as tomorrow;
import 'values.dart' as values;
import 'vectors.dart' as vectors;
import 'webhooks.dart' as webhooks;

/// Everything that needs no server but the fault server.
Future<void> main() {
  values.main();
  webhooks.main();
  vectors.main();
  calls.main();
  offline.main();
  feeds.main();
  tomorrow.main();
  return runTests();
}

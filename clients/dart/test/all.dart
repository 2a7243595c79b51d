import 'calls.dart' as calls;
import 'feed_ends.dart' as feed_ends;
import 'feeds.dart' as feeds;
import 'harness.dart';
import 'lists.dart' as lists;
import 'offline.dart' as offline;
import 'sign_in.dart' as sign_in;
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
  sign_in.main();
  lists.main();
  offline.main();
  feeds.main();
  feed_ends.main();
  tomorrow.main();
  return runTests();
}

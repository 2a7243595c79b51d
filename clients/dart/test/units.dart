import 'harness.dart';
import 'values.dart' as values;

/// What can be tried wherever this package is.
Future<void> main() {
  values.main();
  return runTests();
}

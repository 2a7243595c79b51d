import 'dart:convert';
import 'dart:io';

import 'package:milepost_client/milepost_client.dart';

/// Keeps waiting mutations in a file, so that they outlive the program.
final class FileOutboxStore implements OutboxStore {
  /// The folder of [_file] must be there.
  FileOutboxStore(this._file);

  final File _file;

  @override
  Future<List<OutboxEntry>> load() async => [
    if (await _file.exists())
      for (final entry in jsonDecode(await _file.readAsString()) as List)
        OutboxEntry.fromJson(entry as Map<String, Object?>),
  ];

  @override
  Future<void> add(OutboxEntry entry) async => _write([...await load(), entry]);

  @override
  Future<void> remove(String key) async => _write([...(await load()).where((entry) => entry.key != key)]);

  /// Renaming is all or nothing: a program that is killed meanwhile leaves the old file or the new one.
  Future<void> _write(List<OutboxEntry> entries) async {
    final next = File('${_file.path}.next');
    await next.writeAsString(jsonEncode(entries), flush: true);
    await next.rename(_file.path);
  }
}

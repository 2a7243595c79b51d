import 'dart:async';

import 'client.dart';
import 'exceptions.dart';
import 'json.dart';
import 'operation.dart';
import 'uuid.dart';
import 'values.dart';

/// A mutation that waits to be sent, as it is kept on the device.
final class OutboxEntry {
  /// An entry with its own idempotency key, so that sending it twice does it once.
  const OutboxEntry({
    required this.key,
    required this.name,
    required this.document,
    required this.hash,
    required this.variables,
    required this.idempotency,
    required this.createdAt,
  });

  /// The entry of a mutation.
  OutboxEntry.of(Mutation<Object?> mutation, this.key, this.createdAt)
    : name = mutation.name,
      document = mutation.document,
      hash = mutation.hash,
      variables = mutation.variables,
      idempotency = mutation.idempotency;

  /// Reads what [toJson] has written.
  OutboxEntry.fromJson(Map<String, Object?> map)
    : key = map['key']! as String,
      name = map['name']! as String,
      document = map['document']! as String,
      hash = map['hash']! as String,
      variables = map['variables']! as Map<String, Object?>,
      idempotency = Idempotency.values.byName(map['idempotency']! as String),
      createdAt = DateTime.parse(map['createdAt']! as String);

  /// The idempotency key, which names the entry too.
  final String key;

  /// The mutation's name.
  final String name;

  /// What is sent.
  final String document;

  /// The SHA-256 of the document.
  final String hash;

  /// The variables that are sent, without the key.
  final Map<String, Object?> variables;

  /// How the mutation takes its key.
  final Idempotency idempotency;

  /// When it was put in.
  final DateTime createdAt;

  /// Everything, for `jsonEncode`.
  Map<String, Object?> toJson() => {
    'key': key,
    'name': name,
    'document': document,
    'hash': hash,
    'variables': variables,
    'idempotency': idempotency.name,
    'createdAt': createdAt.toUtc().toIso8601String(),
  };
}

/// Where waiting mutations are kept. Implement it over a file or a database to outlive the program.
abstract interface class OutboxStore {
  /// All entries, the oldest first.
  FutureOr<List<OutboxEntry>> load();

  /// Adds an entry behind all others; once it returns the entry is safe.
  FutureOr<void> add(OutboxEntry entry);

  /// Removes the entry with this key.
  FutureOr<void> remove(String key);
}

/// Keeps entries for the life of the program.
final class MemoryOutboxStore implements OutboxStore {
  final _entries = <String, OutboxEntry>{};

  @override
  List<OutboxEntry> load() => [..._entries.values];

  @override
  void add(OutboxEntry entry) => _entries[entry.key] = entry;

  @override
  void remove(String key) => _entries.remove(key);
}

/// What became of an entry.
sealed class OutboxEvent {
  const OutboxEvent(this.entry);

  /// The entry it is about.
  final OutboxEntry entry;
}

/// The server has answered: done or refused. The entry is gone from the store.
final class OutboxAnswered extends OutboxEvent {
  /// With the answer.
  const OutboxAnswered(super.entry, this.data);

  /// The answer's `data`; read it with the mutation's `read(Json(data))`.
  final Map<String, Object?> data;
}

/// The server has refused to look at it, so it can never be done. The entry is gone from the store.
final class OutboxDropped extends OutboxEvent {
  /// With the reason.
  const OutboxDropped(super.entry, this.error);

  /// What went wrong.
  final MilepostException error;
}

/// Mutations made offline: kept, and sent in their order when the network is there.
final class Outbox {
  /// Sends through [client], keeps in [store].
  Outbox(this._client, this._store, {DateTime Function()? now}) : _now = now ?? DateTime.now;

  final MilepostClient _client;
  final OutboxStore _store;
  final DateTime Function() _now;
  final _events = StreamController<OutboxEvent>.broadcast();
  Future<bool>? _sending;

  /// What becomes of entries, also of those from an earlier run of the program.
  Stream<OutboxEvent> get events => _events.stream;

  /// Keeps a mutation until it is sent. Call [send] to try at once.
  Future<OutboxEntry> put(Mutation<Object?> mutation, {String? idempotencyKey}) async {
    if (mutation.idempotency == Idempotency.none) {
      throw ArgumentError.value(mutation, 'mutation', 'takes no idempotency key, so it cannot wait');
    }
    final entry = OutboxEntry.of(mutation, idempotencyKey ?? newUuid(), _now());
    await _store.add(entry);
    return entry;
  }

  /// Sends what waits, in order. False where the network or the sign-in is missing: the rest waits on. Call it when
  /// the program starts, when the network is back, and after [put].
  Future<bool> send() => _sending ??= _sendAll().whenComplete(() => _sending = null);

  Future<bool> _sendAll() async {
    for (var waiting = await _store.load(); waiting.isNotEmpty; waiting = await _store.load()) {
      for (final entry in waiting) {
        final event = await _sendOne(entry);
        if (event == null) return false;
        await _store.remove(entry.key);
        _events.add(event);
      }
    }
    return true;
  }

  Future<OutboxEvent?> _sendOne(OutboxEntry entry) async {
    try {
      return OutboxAnswered(entry, await _client.run(_Kept(entry), idempotencyKey: entry.key));
    } on NetworkException {
      return null;
    } on SignedOutException {
      return null;
    } on ServerException {
      return null;
    } on MilepostException catch (error) {
      return OutboxDropped(entry, error);
    }
  }
}

/// An entry as the mutation it was; its answer stays as it comes.
final class _Kept extends Mutation<Map<String, Object?>> {
  const _Kept(this.entry);

  final OutboxEntry entry;

  @override
  String get name => entry.name;

  @override
  String get document => entry.document;

  @override
  String get hash => entry.hash;

  @override
  Map<String, Object?> get variables => entry.variables;

  @override
  Idempotency get idempotency => entry.idempotency;

  @override
  Map<String, Object?> read(Json data) => data.object;

  @override
  bool operator ==(Object other) => other is _Kept && sameValues(other.entry.toJson(), entry.toJson());

  @override
  int get hashCode => entry.key.hashCode;
}

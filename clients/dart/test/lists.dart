import 'package:milepost_client/io.dart';
import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';
import 'scenario.dart';

/// Lists that come in slices, and files that go in pieces.
void main() {
  test('all entries of a list come slice after slice, and only as far as they are asked for', () async {
    final scenario = await Scenario.begin({
      'answers': [
        _devices(['a', 'b'], end: 'b'),
        _devices(['c', 'd'], end: 'd'),
        _devices(['e'], end: null),
        _devices(['a', 'b'], end: 'b'),
      ],
    });
    final client = scenario.client();
    final ids = await client.all(const ListSessions(first: 2)).map((device) => device.id).toList();
    expect(ids, ['a', 'b', 'c', 'd', 'e']);
    expect((await client.all(const ListSessions(first: 2)).first).id, 'a');
    final report = await scenario.report();
    expect(
      [for (final body in report.each('body')) ((body! as Map)['variables'] as Map)['after']],
      [null, 'b', 'd', null],
    );
    expect(report.problems, const <Object?>[]);
  });

  test('a file goes to its target piece by piece', () async {
    final scenario = await Scenario.begin({
      'uploads': [
        {'status': 204},
        {'status': 403, 'body': 'expired'},
      ],
    });
    final target = UploadTarget(scenario.upload, headers: const {'x-checksum': 'abc'});
    final progress = <int>[];
    final transport = IoTransport();
    Stream<List<int>> body() => Stream.fromIterable([List.filled(1000, 1), List.filled(24, 2)]);
    await upload(transport, target, body(), length: 1024, onProgress: progress.add);
    expect(progress, [1000, 1024]);
    final error = await thrown<ServerException>(() => upload(transport, target, body(), length: 1024));
    expect((error.status, error.body), (403, 'expired'));
    final first = (await scenario.report()).requests.first;
    expect((first['method'], first['bytes'], (first['headers']! as Map)['x-checksum']), ('PUT', 1024, 'abc'));
  });
}

Map<String, Object?> _devices(List<String> ids, {required String? end}) => {
  'data': {
    'sessions': {
      'nodes': [
        for (final id in ids)
          {
            'id': id,
            'ip': '127.0.0.1',
            'userAgent': 'test',
            'createdAt': '2026-07-01T09:00:00Z',
            'lastSeenAt': '2026-07-01T09:00:00Z',
            'expiresAt': '2026-07-01T09:00:00Z',
            'kind': 'BROWSER',
            'authLevel': 'PASSWORD',
            'isCurrent': false,
          },
      ],
      'pageInfo': {'hasNextPage': end != null, 'hasPreviousPage': false, 'endCursor': end},
    },
  },
};

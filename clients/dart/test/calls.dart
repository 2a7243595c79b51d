import 'package:milepost_client/io.dart';
import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';
import 'scenario.dart';

const _cursor = {
  'data': {'liveCursor': 'c1'},
};
const _published = {
  'data': {
    'publishGig': {
      '__typename': 'Refusal',
      'code': 'FORBIDDEN',
      'message': 'Not yours.',
      'path': <String>[],
      'problems': <Object?>[],
    },
  },
};
const _activated = {
  'data': {
    'activateProject': {
      '__typename': 'Refusal',
      'code': 'WRONG_STATE',
      'message': 'Paused.',
      'path': <String>[],
      'problems': <Object?>[],
    },
  },
};
const _signedOut = {
  'errors': [
    {
      'message': 'Sign in.',
      'extensions': {'code': 'UNAUTHENTICATED', 'requestId': 'r1'},
    },
  ],
};
const _uuid = '0193a5c2-f7e8-4c0d-9b1f-3e5a7c9d1b2e';

/// Calls against a server that fails.
void main() {
  test('a query is repeated after every answer that means later', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'status': 503},
        {'abort': true},
        {'status': 429, 'body': 'slow down'},
        _cursor,
      ],
    });
    expect(await scenario.client().run(const GetLiveCursor()), 'c1');
    final report = await scenario.report();
    expect(report.each('status'), [503, null, 429, 200]);
    expect(report.problems, const <Object?>[]);
  });

  for (final status in [408, 425, 502, 504]) {
    test('$status means later', () async {
      final scenario = await Scenario.begin({
        'answers': [
          {'status': status},
          _cursor,
        ],
      });
      expect(await scenario.client().run(const GetLiveCursor()), 'c1');
    });
  }

  test('a connection that breaks in the middle of an answer is no answer', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {..._cursor, 'abort': 9},
        _cursor,
      ],
    });
    expect(await scenario.client().run(const GetLiveCursor()), 'c1');
    expect((await scenario.report()).each('ended'), ['aborted', 'answered']);
  });

  test('a server that stays away is reported as it is after the last attempt', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'status': 503, 'body': 'maintenance', 'times': 4},
      ],
    });
    final error = await thrown<ServerException>(() => scenario.client().run(const GetLiveCursor()));
    expect((error.status, error.body), (503, 'maintenance'));
    expect((await scenario.report()).requests.length, 4);
  });

  test('a Retry-After is waited for', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {
          'status': 503,
          'headers': {'retry-after': '1'},
        },
        _cursor,
      ],
    });
    final watch = Stopwatch()..start();
    expect(await scenario.client().run(const GetLiveCursor()), 'c1');
    expect(watch.elapsed >= const Duration(seconds: 1), true);
  });

  test('an error that is not about time is not repeated', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {
          'errors': [
            {
              'message': 'No cursor.',
              'path': ['gigs'],
              'extensions': {'code': 'BAD_USER_INPUT', 'requestId': 'r7'},
            },
          ],
          'data': {'gigs': null},
        },
      ],
    });
    final error = await thrown<RequestException>(() => scenario.client().run(const ListGigs(after: 'x')));
    expect(error.code, 'BAD_USER_INPUT');
    expect('$error', 'RequestException: BAD_USER_INPUT: No cursor. (request r7)');
    expect(error.data, {'gigs': null});
    expect((await scenario.report()).problems, const <Object?>[]);
  });

  test('an answer of something else is shown by its beginning', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'status': 500, 'body': 'x' * 500},
      ],
    });
    final error = await thrown<ServerException>(() => scenario.client().run(const GetLiveCursor()));
    expect((error.status, error.body), (500, '${'x' * 200}…'));
  });

  test('a mutation keeps its key over all attempts, and the next call has another', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'status': 503},
        _activated,
        _activated,
      ],
    });
    final client = scenario.client();
    const activate = ActivateProject(projectId: 'prj_1');
    await client.run(activate);
    await client.run(activate);
    final [first, second, third] = (await scenario.report()).each('idempotencyInput');
    expect(first, second);
    expect(first == third, false);
  });

  test('a mutation without a key in its input has one in the header, and a key of your own is used', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'abort': true},
        _published,
      ],
    });
    await scenario.client().run(const PublishGig(gigId: 'gig_1'), idempotencyKey: _uuid);
    final report = await scenario.report();
    expect(report.each('idempotencyHeader'), [_uuid, _uuid]);
    expect(report.each('idempotencyInput'), [null, null]);
  });

  test('a mutation that takes no key is sent once', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'status': 503},
      ],
    });
    await thrown<ServerException>(
      () => scenario.client().run(const SignIn(email: 'nora@northwind.example', password: 'wrong')),
    );
    final report = await scenario.report();
    expect(report.each('idempotencyHeader'), [null]);
    expect(report.problems, const <Object?>[]);
  });

  test('many calls with a token that has expired renew it once', () async {
    final scenario = await Scenario.begin({
      'accept': ['new'],
      'answers': [
        {..._cursor, 'times': 8},
      ],
    });
    final refused = <String?>[];
    final client = scenario.client(
      token: 'old',
      renewToken: (token) async {
        refused.add(token);
        await Future<void>.delayed(const Duration(milliseconds: 30));
        return 'new';
      },
    );
    final answers = await Future.wait([for (var call = 0; call < 8; call++) client.run(const GetLiveCursor())]);
    expect(answers, List.filled(8, 'c1'));
    expect(refused, ['old']);
    expect((await scenario.report()).each('token').where((token) => token == 'new').length, 8);
  });

  test('UNAUTHENTICATED in an answer is as good as 401', () async {
    final scenario = await Scenario.begin({
      'accept': ['new'],
      'refuse': _signedOut,
      'answers': [_activated],
    });
    final client = scenario.client(token: 'old', renewToken: (_) async => 'new');
    await client.run(const ActivateProject(projectId: 'prj_1'));
    final report = await scenario.report();
    expect(report.each('token'), ['old', 'new']);
    expect(report.each('idempotencyInput').toSet().length, 1);
  });

  test('a token that was renewed twice is used from then on, though the store keeps the first', () async {
    final scenario = await Scenario.begin({
      'accept': ['third'],
      'answers': [_cursor, _cursor],
    });
    final fresh = ['second', 'third'];
    final client = scenario.client(token: 'first', renewToken: (_) async => fresh.removeAt(0));
    await thrown<SignedOutException>(() => client.run(const GetLiveCursor()));
    expect(await client.run(const GetLiveCursor()), 'c1');
    expect(await client.run(const GetLiveCursor()), 'c1');
    expect((await scenario.report()).each('token'), ['first', 'second', 'second', 'third', 'third']);
  });

  test('a token that cannot be fetched is a matter of the network', () async {
    final scenario = await Scenario.begin({
      'accept': ['new'],
    });
    final client = scenario.client(token: 'old', renewToken: (_) async => throw const FormatException('no JSON'));
    final error = await thrown<NetworkException>(() => client.run(const GetLiveCursor()));
    expect(error.message, 'No answer from the server: FormatException: no JSON');
  });

  test('a fresh token that is refused too ends the call', () async {
    final scenario = await Scenario.begin({
      'accept': ['never'],
    });
    final client = scenario.client(token: 'old', renewToken: (_) async => 'new');
    final error = await thrown<SignedOutException>(() => client.run(const GetLiveCursor()));
    expect(error.message, 'Sign in again: Sign in.');
    expect((await scenario.report()).each('token'), ['old', 'new']);
  });

  test('without a way to renew it a refused token ends the call', () async {
    final scenario = await Scenario.begin({
      'accept': ['new'],
    });
    await thrown<SignedOutException>(() => scenario.client(token: 'old').run(const GetLiveCursor()));
    expect((await scenario.report()).requests.length, 1);
  });

  test('a call that is cancelled ends at once, and the server sees it', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'hold': true},
      ],
    });
    final cancellation = Cancellation();
    final call = scenario.client().tryRun(const GetLiveCursor(), cancellation: cancellation);
    await scenario.until((report) => report.requests.length == 1);
    cancellation.cancel();
    expect('${await call}', 'Failure(CancelledException: The call was cancelled)');
    await scenario.until((report) => report.requests.single['ended'] == 'left');
  });

  test('a call that is cancelled in the middle of its answer ends too', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {
          'sse': [
            {'comment': 'never a JSON'},
            {'hold': true},
          ],
        },
      ],
    });
    final cancellation = Cancellation();
    final call = scenario.client().tryRun(const GetLiveCursor(), cancellation: cancellation);
    await scenario.until((report) => report.requests.firstOrNull?['status'] == 200);
    await Future<void>.delayed(const Duration(milliseconds: 50));
    cancellation.cancel();
    expect('${await call}', 'Failure(CancelledException: The call was cancelled)');
    await scenario.until((report) => report.requests.single['ended'] == 'left');
  });

  test('a server that does not answer in time is tried again', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {'hold': true},
        _cursor,
      ],
    });
    expect(await scenario.client(timeout: const Duration(milliseconds: 200)).run(const GetLiveCursor()), 'c1');
    await scenario.until((report) => report.requests.first['ended'] == 'left');
  });

  test('what came of a mutation is a value to switch over, or thrown', () async {
    final scenario = await Scenario.begin({
      'answers': [_published, _published],
    });
    final client = scenario.client();
    const publish = PublishGig(gigId: 'gig_1');
    final said = switch (await client.tryRun(publish)) {
      Success(value: Done(:final payload)) => '${payload.gig.status}',
      Success(value: Refused(:final refusal)) => '${refusal.code.wire}: ${refusal.message}',
      Success(value: UnknownOutcome(:final typename)) => typename,
      Failure(:final error) => error.message,
    };
    expect(said, 'FORBIDDEN: Not yours.');
    final outcome = await client.run(publish);
    final error = await thrown<RefusedException<Refusal>>(outcome.orThrow);
    expect(error.refusal.code, RefusalCode.forbidden);
  });

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
            'isCurrent': false,
          },
      ],
      'pageInfo': {'hasNextPage': end != null, 'hasPreviousPage': false, 'endCursor': end},
    },
  },
};

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

  test('a server that asks for an hour is not waited for', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {
          'status': 429,
          'headers': {'retry-after': '3600'},
          'errors': [
            {
              'message': 'Too often.',
              'extensions': {'code': 'RATE_LIMITED'},
            },
          ],
        },
      ],
    });
    final error = await thrown<RequestException>(() => scenario.client().run(const GetLiveCursor()));
    expect(error.code, 'RATE_LIMITED');
    expect((await scenario.report()).problems, const <Object?>[]);
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
}

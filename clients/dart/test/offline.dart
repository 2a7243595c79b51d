import 'dart:io';

import 'package:milepost_client/milepost_client.dart';

import '../example/file_outbox.dart';
import 'harness.dart';
import 'scenario.dart';

Map<String, Object?> _cursor(String cursor) => {
  'data': {'liveCursor': cursor},
};

Map<String, Object?> _refused(String mutation, String code) => {
  'data': {
    mutation: {'__typename': 'Refusal', 'code': code, 'message': 'No.', 'path': <String>[], 'problems': <Object?>[]},
  },
};

/// What works without a network: kept answers, and mutations that wait.
void main() {
  test('kept answers stand in when no answer comes', () async {
    final scenario = await Scenario.begin({
      'answers': [
        _cursor('c1'),
        {'status': 503, 'times': 4},
        {'abort': true, 'times': 4},
      ],
    });
    final client = scenario.client(cache: MemoryCache());
    const query = GetLiveCursor();
    expect(await client.run(query), 'c1');
    expect(await client.run(query, fetch: Fetch.networkElseCache), 'c1');
    await thrown<NetworkException>(() => client.run(query));
    expect(await client.run(query, fetch: Fetch.cacheElseNetwork), 'c1');
    expect((await scenario.report()).requests.length, 9);
  });

  test('watching a query gives what is kept and then what is true', () async {
    final scenario = await Scenario.begin({
      'answers': [_cursor('c1'), _cursor('c2')],
    });
    final client = scenario.client(cache: MemoryCache());
    expect(await client.watch(const GetLiveCursor()).toList(), ['c1']);
    expect(await client.watch(const GetLiveCursor()).toList(), ['c1', 'c2']);
  });

  test('a mutation forgets what is kept, and so does the limit', () async {
    final scenario = await Scenario.begin({
      'answers': [_cursor('c1'), _refused('publishGig', 'FORBIDDEN'), _cursor('c2')],
    });
    final client = scenario.client(cache: MemoryCache());
    const query = GetLiveCursor();
    await client.run(query);
    await client.run(const PublishGig(gigId: 'gig_1'));
    expect(await client.run(query, fetch: Fetch.cacheElseNetwork), 'c2');
    final small = MemoryCache(most: 2);
    for (final first in [1, 2, 1, 3]) {
      small.write(ListGigs(first: first), {'gigs': first});
    }
    expect(
      [
        for (final first in [1, 2, 3]) small.read(ListGigs(first: first)) != null,
      ],
      [true, false, true],
    );
  });

  test('the outbox sends in order, stops without a network, and goes on with the same keys', () async {
    final scenario = await Scenario.begin({
      'answers': [
        _refused('publishGig', 'WRONG_STATE'),
        {'abort': true},
        {'abort': true},
        _refused('activateProject', 'FORBIDDEN'),
      ],
    });
    final client = scenario.client(retries: const RetryPolicy(attempts: 2, first: Duration.zero));
    final outbox = Outbox(client, MemoryOutboxStore());
    final events = <OutboxEvent>[];
    outbox.events.listen(events.add);
    final first = await outbox.put(const PublishGig(gigId: 'gig_1'));
    final second = await outbox.put(const ActivateProject(projectId: 'prj_1'));
    expect(await outbox.send(), false);
    expect(await outbox.send(), true);
    final report = await scenario.report();
    expect(report.each('idempotencyHeader'), [first.key, null, null, null]);
    expect(report.each('idempotencyInput'), [null, second.key, second.key, second.key]);
    expect(report.problems, const <Object?>[]);
    expect(
      [for (final event in events) (event is OutboxAnswered, event.entry.name)],
      [(true, 'PublishGig'), (true, 'ActivateProject')],
    );
    final answer = const ActivateProject(projectId: 'prj_1').read(Json((events.last as OutboxAnswered).data));
    expect(
      answer,
      const Refused<ActivateProjectPayload, Refusal>(
        Refusal(code: RefusalCode.forbidden, message: 'No.', path: [], problems: []),
      ),
    );
  });

  test('what waits outlives the program', () async {
    final folder = await Directory.systemTemp.createTemp('outbox');
    final store = FileOutboxStore(File('${folder.path}/outbox.json'));
    final away = await Scenario.begin({
      'answers': [
        {'abort': true},
      ],
    });
    final entry = await Outbox(away.client(), store).put(const ActivateProject(projectId: 'prj_1'));
    expect(await Outbox(away.client(retries: const RetryPolicy.never()), store).send(), false);
    final back = await Scenario.begin({
      'answers': [_refused('activateProject', 'FORBIDDEN')],
    });
    expect(await Outbox(back.client(), store).send(), true);
    expect((await back.report()).each('idempotencyInput'), [entry.key]);
    expect(await store.load(), const <OutboxEntry>[]);
    await folder.delete(recursive: true);
  });

  test('what the server will never take is dropped with the reason, and the next one is sent', () async {
    final scenario = await Scenario.begin({
      'answers': [
        {
          'errors': [
            {
              'message': 'No such field.',
              'extensions': {'code': 'GRAPHQL_VALIDATION_FAILED'},
            },
          ],
        },
        _refused('publishGig', 'FORBIDDEN'),
      ],
    });
    final outbox = Outbox(scenario.client(), MemoryOutboxStore());
    final events = outbox.events.take(2).toList();
    await outbox.put(const PublishGig(gigId: 'gig_1'));
    await outbox.put(const PublishGig(gigId: 'gig_2'));
    expect(await outbox.send(), true);
    final [dropped, answered] = await events;
    expect((dropped as OutboxDropped).error.message, 'GRAPHQL_VALIDATION_FAILED: No such field.');
    expect(answered is OutboxAnswered, true);
  });

  test('what takes no key cannot wait', () async {
    final scenario = await Scenario.begin(const {});
    final outbox = Outbox(scenario.client(), MemoryOutboxStore());
    final error = await thrown<ArgumentError>(() => outbox.put(const SignIn(email: 'a@b.example', password: 'p')));
    expect(error.message, 'takes no idempotency key, so it cannot wait');
  });
}

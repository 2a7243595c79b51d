import 'dart:async';

import 'package:milepost_client/milepost_client.dart';

import 'feed.dart';
import 'harness.dart';
import 'scenario.dart';

/// Feeds against a server that cuts them.
void main() {
  final ends = <String, Map<String, Object?>>{
    for (final code in [1001, 1011, 1012, 1013, 4499]) 'closed with $code': {'close': code},
    'reset': {'abort': true},
  };

  ends.forEach((name, end) {
    test('a feed whose socket is $name goes on behind its last message', () async {
      final scenario = await Scenario.begin({
        'feed': feed,
        'sockets': [
          [
            {'open': true},
            {'feed': 2},
            end,
          ],
          rest,
        ],
      });
      expect(await heard(scenario.client()), ['c1', 'c2', 'cut', 'resumed', 'c3', 'c4', 'c5']);
      final report = await scenario.report();
      expect(report.resumedAfter, [null, 'c2']);
      expect(report.problems, const <Object?>[]);
    });
  });

  test('a feed goes on over a server that is away for a while', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [
        [
          {'open': true},
          {'feed': 4},
          {'abort': true},
        ],
        [
          {'reject': 503},
        ],
        [
          {'await': 'connection_init'},
          {'close': 1013},
        ],
        rest,
      ],
    });
    expect(await heard(scenario.client()), ['c1', 'c2', 'c3', 'c4', 'cut', 'cut', 'cut', 'resumed', 'c5']);
    expect((await scenario.report()).resumedAfter, [null, 'c4']);
  });

  test('a feed begins behind a cursor that was kept', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [rest],
    });
    expect(await heard(scenario.client(), after: 'c3'), ['c4', 'c5']);
  });

  test('a gap is told, and is no message', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [
        [
          {'open': true},
          {'gap': 'c4'},
          {'close': 1012},
        ],
        rest,
      ],
    });
    expect(await heard(scenario.client(), after: 'c1'), ['gap', 'cut', 'resumed', 'c5']);
    expect((await scenario.report()).resumedAfter, ['c1', 'c4']);
  });

  test('a feed that was cut before its first message may have lost some', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [
        [
          {'open': true},
          {'close': 1012},
        ],
        rest,
      ],
    });
    expect(await heard(scenario.client()), ['cut', 'gap', 'c1', 'c2', 'c3', 'c4', 'c5']);
  });

  test('a feed that begins when the last one has just ended is served', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [rest, rest],
    });
    final client = scenario.client();
    await heard(client, after: 'c4');
    expect(await heard(client, after: 'c3'), ['c4', 'c5']);
  });

  test('pings are answered with what they carry', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [
        [
          {'open': true},
          {
            'ping': {'n': 7},
          },
          {'complete': true},
        ],
      ],
    });
    expect(await heard(scenario.client()), const <String>[]);
    final messages = ((await scenario.report()).sockets.single['messages']! as List).cast<Map<String, Object?>>();
    expect(messages.last, {
      'type': 'pong',
      'payload': {'n': 7},
    });
  });

  test('silence is broken with pings, and a server that answers them is kept', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [
        [
          {'open': true},
          {'await': 'ping'},
          {'await': 'ping'},
          {'complete': true},
        ],
      ],
    });
    final client = scenario.client(patience: const LivePatience(silence: Duration(seconds: 1), retries: hurry));
    expect(await heard(client), const <String>[]);
    expect((await scenario.report()).sockets.length, 1);
  });

  test('feeds share a socket, which closes with the last', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [
        [
          {'open': true},
          {'feed': 1},
          {'await': 'subscribe'},
          {'feed': 2},
        ],
      ],
    });
    final client = scenario.client();
    final first = StreamIterator(client.live(const WatchEvents()));
    await first.moveNext();
    final second = StreamIterator(client.live(const WatchEvents(types: ['gig.published']), after: 'c1'));
    await second.moveNext();
    expect(words(second.current), 'c2');
    await first.cancel();
    await second.cancel();
    final report = await scenario.until((report) => report.sockets.single['closed'] != null);
    final socket = report.sockets.single;
    expect((socket['closed']! as Map)['code'], 1000);
    expect(
      [for (final message in (socket['messages']! as List).cast<Map<String, Object?>>()) message['type']],
      ['connection_init', 'subscribe', 'subscribe', 'complete', 'complete'],
    );
  });
}

import 'dart:async';

import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';
import 'scenario.dart';

const _feed = {
  'field': 'events',
  'messages': [
    {'cursor': 'c1'},
    {'cursor': 'c2'},
    {'cursor': 'c3'},
    {'cursor': 'c4'},
    {'cursor': 'c5'},
  ],
};
const _rest = [
  {'open': true},
  {'feed': 99},
  {'complete': true},
];

/// The events of a feed in words that are easy to compare.
String _words(LiveEvent<WatchEventsMessage> event) => switch (event) {
  LiveData(:final cursor) => '$cursor',
  LiveInterrupted() => 'cut',
  LiveResumed(gap: true) => 'gap',
  LiveResumed() => 'resumed',
};

Future<List<String>> _heard(MilepostClient client, {String? after}) =>
    client.live(const WatchEvents(), after: after).map(_words).toList();

/// Feeds against a server that cuts them.
void main() {
  final ends = <String, Map<String, Object?>>{
    for (final code in [1001, 1011, 1012, 1013, 4499]) 'closed with $code': {'close': code},
    'reset': {'abort': true},
  };
  ends.forEach((name, end) {
    test('a feed whose socket is $name goes on behind its last message', () async {
      final scenario = await Scenario.begin({
        'feed': _feed,
        'sockets': [
          [
            {'open': true},
            {'feed': 2},
            end,
          ],
          _rest,
        ],
      });
      expect(await _heard(scenario.client()), ['c1', 'c2', 'cut', 'resumed', 'c3', 'c4', 'c5']);
      final report = await scenario.report();
      expect(report.resumedAfter, [null, 'c2']);
      expect(report.problems, const <Object?>[]);
    });
  });

  test('a feed goes on over a server that is away for a while', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
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
        _rest,
      ],
    });
    expect(await _heard(scenario.client()), ['c1', 'c2', 'c3', 'c4', 'cut', 'cut', 'cut', 'resumed', 'c5']);
    expect((await scenario.report()).resumedAfter, [null, 'c4']);
  });

  test('a feed begins behind a cursor that was kept', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
      'sockets': [_rest],
    });
    expect(await _heard(scenario.client(), after: 'c3'), ['c4', 'c5']);
  });

  test('a gap is told, and is no message', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
      'sockets': [
        [
          {'open': true},
          {'gap': 'c4'},
          {'close': 1012},
        ],
        _rest,
      ],
    });
    expect(await _heard(scenario.client(), after: 'c1'), ['gap', 'cut', 'resumed', 'c5']);
    expect((await scenario.report()).resumedAfter, ['c1', 'c4']);
  });

  test('a feed that was cut before its first message may have lost some', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
      'sockets': [
        [
          {'open': true},
          {'close': 1012},
        ],
        _rest,
      ],
    });
    expect(await _heard(scenario.client()), ['cut', 'gap', 'c1', 'c2', 'c3', 'c4', 'c5']);
  });

  for (final code in [4401, 4403]) {
    test('$code asks for a fresh token and goes on', () async {
      final scenario = await Scenario.begin({
        'accept': ['new'],
        'refuseCode': code,
        'feed': _feed,
        'sockets': [
          [
            {'open': true},
          ],
          _rest,
        ],
      });
      final client = scenario.client(token: 'old', renewToken: (_) async => 'new');
      expect(await _heard(client, after: 'c3'), ['cut', 'c4', 'c5']);
      expect([for (final socket in (await scenario.report()).sockets) socket['token']], ['old', 'new']);
    });
  }

  test('a session that ends in the middle is renewed, and the feed goes on', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
      'sockets': [
        [
          {'open': true},
          {'feed': 1},
          {'close': 4403},
        ],
        _rest,
      ],
    });
    final client = scenario.client(renewToken: (_) async => 'better');
    expect(await _heard(client), ['c1', 'cut', 'resumed', 'c2', 'c3', 'c4', 'c5']);
    expect([for (final socket in (await scenario.report()).sockets) socket['token']], ['good', 'better']);
  });

  test('a fresh token that is refused too ends the feed', () async {
    final scenario = await Scenario.begin({
      'accept': ['never'],
      'sockets': [
        [
          {'open': true},
        ],
        [
          {'open': true},
        ],
      ],
    });
    final client = scenario.client(token: 'old', renewToken: (_) async => 'new');
    await thrown<SignedOutException>(() => _heard(client));
    expect((await scenario.report()).problems, const <Object?>[]);
  });

  test('a token that cannot be renewed yet is renewed later', () async {
    final scenario = await Scenario.begin({
      'accept': ['new'],
      'feed': _feed,
      'sockets': [
        [
          {'open': true},
        ],
        [
          {'open': true},
        ],
        _rest,
      ],
    });
    final answers = <String?>[null, 'new'];
    final client = scenario.client(
      token: 'old',
      renewToken: (_) async => answers.removeAt(0) ?? (throw const FormatException('offline')),
    );
    expect(await _heard(client, after: 'c4'), ['cut', 'cut', 'c5']);
  });

  test('a feed that begins when the last one has just ended is served', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
      'sockets': [_rest, _rest],
    });
    final client = scenario.client();
    await _heard(client, after: 'c4');
    expect(await _heard(client, after: 'c3'), ['c4', 'c5']);
  });

  test('UNAUTHENTICATED as the error of a feed renews the token too', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
      'sockets': [
        [
          {'open': true},
          {
            'error': [
              {
                'message': 'Sign in.',
                'extensions': {'code': 'UNAUTHENTICATED'},
              },
            ],
          },
        ],
        _rest,
      ],
    });
    final client = scenario.client(token: 'old', renewToken: (_) async => 'new');
    expect(await _heard(client, after: 'c4'), ['cut', 'resumed', 'c5']);
  });

  for (final code in [4400, 4406, 4409, 4429]) {
    test('$code is final', () async {
      final scenario = await Scenario.begin({
        'sockets': [
          [
            {'open': true},
            {'close': code, 'reason': 'no use'},
          ],
        ],
      });
      final error = await thrown<ServerException>(() => _heard(scenario.client()));
      expect((error.status, error.body), (code, 'no use'));
      expect((await scenario.report()).sockets.length, 1);
    });
  }

  test('a feed that may no longer be followed ends with the reason', () async {
    final scenario = await Scenario.begin({
      'sockets': [
        [
          {'open': true},
          {
            'error': [
              {
                'message': 'No longer.',
                'extensions': {'code': 'FORBIDDEN'},
              },
            ],
          },
        ],
      ],
    });
    final error = await thrown<RequestException>(() => _heard(scenario.client()));
    expect(error.code, 'FORBIDDEN');
  });

  test('pings are answered with what they carry', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
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
    expect(await _heard(scenario.client()), const <String>[]);
    final messages = ((await scenario.report()).sockets.single['messages']! as List).cast<Map<String, Object?>>();
    expect(messages.last, {
      'type': 'pong',
      'payload': {'n': 7},
    });
  });

  test('silence is broken with pings, and a server that answers them is kept', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
      'sockets': [
        [
          {'open': true},
          {'await': 'ping'},
          {'await': 'ping'},
          {'complete': true},
        ],
      ],
    });
    final client = scenario.client(patience: const LivePatience(silence: Duration(milliseconds: 40), retries: hurry));
    final heard = _heard(client);
    await scenario.until((report) {
      final messages = (report.sockets.firstOrNull?['messages'] as List? ?? const []).cast<Map<String, Object?>>();
      return messages.where((message) => message['type'] == 'ping').length >= 3;
    });
    client.close();
    expect(await heard, const <String>[]);
    expect((await scenario.report()).sockets.length, 1);
  });

  test('feeds share a socket, which closes with the last', () async {
    final scenario = await Scenario.begin({
      'feed': _feed,
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
    expect(_words(second.current), 'c2');
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

import 'package:milepost_client/milepost_client.dart';

import 'feed.dart';
import 'harness.dart';
import 'scenario.dart';

/// Sockets that are closed with a reason: some ask for a fresh token, some are final.
void main() {
  for (final code in [4401, 4403]) {
    test('$code asks for a fresh token and goes on', () async {
      final scenario = await Scenario.begin({
        'accept': ['new'],
        'refuseCode': code,
        'feed': feed,
        'sockets': [
          [
            {'open': true},
          ],
          rest,
        ],
      });
      final client = scenario.client(token: 'old', renewToken: (_) async => 'new');
      expect(await heard(client, after: 'c3'), ['cut', 'c4', 'c5']);
      expect([for (final socket in (await scenario.report()).sockets) socket['token']], ['old', 'new']);
    });
  }

  test('a session that ends in the middle is renewed, and the feed goes on', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
      'sockets': [
        [
          {'open': true},
          {'feed': 1},
          {'close': 4403},
        ],
        rest,
      ],
    });
    final client = scenario.client(renewToken: (_) async => 'better');
    expect(await heard(client), ['c1', 'cut', 'resumed', 'c2', 'c3', 'c4', 'c5']);
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
    await thrown<SignedOutException>(() => heard(client));
    expect((await scenario.report()).problems, const <Object?>[]);
  });

  test('a token that cannot be renewed yet is renewed later', () async {
    final scenario = await Scenario.begin({
      'accept': ['new'],
      'feed': feed,
      'sockets': [
        [
          {'open': true},
        ],
        [
          {'open': true},
        ],
        rest,
      ],
    });
    final answers = <String?>[null, 'new'];
    final client = scenario.client(
      token: 'old',
      renewToken: (_) async => answers.removeAt(0) ?? (throw const FormatException('offline')),
    );
    expect(await heard(client, after: 'c4'), ['cut', 'cut', 'c5']);
  });

  test('UNAUTHENTICATED as the error of a feed renews the token too', () async {
    final scenario = await Scenario.begin({
      'feed': feed,
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
        rest,
      ],
    });
    final client = scenario.client(token: 'old', renewToken: (_) async => 'new');
    expect(await heard(client, after: 'c4'), ['cut', 'resumed', 'c5']);
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
      final error = await thrown<ServerException>(() => heard(scenario.client()));
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
    final error = await thrown<RequestException>(() => heard(scenario.client()));
    expect(error.code, 'FORBIDDEN');
  });
}

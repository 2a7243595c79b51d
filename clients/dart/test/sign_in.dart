import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';
import 'scenario.dart';

const _cursor = {
  'data': {'liveCursor': 'c1'},
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

/// Tokens that are refused, and how calls go on.
void main() {
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
}

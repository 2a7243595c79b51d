import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';
import 'scenario.dart';

/// This package against a server that has grown: the documents of today, executed on the schema of tomorrow.
void main() {
  const tomorrow = '''
    extend enum UserStatus { ON_SABBATICAL }
    extend enum RefusalCode { FULL_MOON }
    extend type User { nickname: String! }
    extend type Viewer { mood: String! }
    type Moonstruck implements Node { "The id." id: ID! howling: Boolean! }
    extend union SignOutResult = Moonstruck
  ''';

  test('a new enum value is unknown and visible, a new field changes nothing', () async {
    final scenario = await Scenario.begin({
      'schema': {
        'extend': tomorrow,
        'data': {
          'viewer': {
            'user': {
              'id': 'usr_1',
              'email': 'nora@northwind.example',
              'displayName': 'Nora',
              'locale': 'en',
              'timeZone': 'Europe/Berlin',
              'status': 'ON_SABBATICAL',
              'nickname': 'N',
            },
            'permissions': ['work:read'],
            'memberships': <Object?>[],
            'invitations': <Object?>[],
            'mood': 'good',
          },
        },
      },
      'answers': [
        {'execute': true},
      ],
    });
    final viewer = await scenario.client().run(const GetViewer());
    final user = viewer!.user;
    expect((user.displayName, user.status, user.raw('status')), ('Nora', UserStatus.unknown, 'ON_SABBATICAL'));
    expect(viewer.permissions, ['work:read']);
  });

  test('a new member of a result is an outcome that can be seen', () async {
    final scenario = await Scenario.begin({
      'schema': {
        'extend': tomorrow,
        'data': {
          'signOut': {'__typename': 'Moonstruck', 'id': 'moo_1'},
        },
      },
      'answers': [
        {'execute': true, 'times': 2},
      ],
    });
    final client = scenario.client();
    final outcome = await client.run(const SignOut());
    expect(switch (outcome) {
      UnknownOutcome(:final typename) => typename,
      _ => '',
    }, 'Moonstruck');
    final error = await thrown<MisfitException>((await client.run(const SignOut())).orThrow);
    expect(error.message, 'The answer has Moonstruck instead of a payload or a refusal at its root');
  });

  test('a refusal with a new code is still a refusal', () async {
    final scenario = await Scenario.begin({
      'schema': {
        'extend': tomorrow,
        'data': {
          'signOut': {
            '__typename': 'Refusal',
            'code': 'FULL_MOON',
            'message': 'Not tonight.',
            'path': <String>[],
            'problems': <Object?>[],
          },
        },
      },
      'answers': [
        {'execute': true},
      ],
    });
    final outcome = await scenario.client().run(const SignOut());
    final refusal = (await thrown<RefusedException<Refusal>>(outcome.orThrow)).refusal;
    expect((refusal.code, refusal.raw('code'), refusal.message), (RefusalCode.unknown, 'FULL_MOON', 'Not tonight.'));
  });

  test('a new type of node is unknown, with what all nodes have', () async {
    final scenario = await Scenario.begin({
      'schema': {
        'extend': tomorrow,
        'data': {
          'node': {'__typename': 'Moonstruck', 'id': 'moo_1', 'howling': true},
        },
      },
      'answers': [
        {'execute': true},
      ],
    });
    final node = await scenario.client().run(const GetNode(id: 'moo_1'));
    final said = switch (node) {
      GetNodeUnknown(:final typename, :final id) => '$typename $id',
      _ => 'known',
    };
    expect(said, 'Moonstruck moo_1');
  });
}

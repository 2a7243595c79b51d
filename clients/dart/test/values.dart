import 'dart:typed_data';

import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';

/// Values: what they hold, compare and refuse.
void main() {
  test('a date is a day that exists', () async {
    expect(Date.parse('2028-02-29').toJson(), '2028-02-29');
    expect((await thrown<FormatException>(() => Date.parse('2027-02-29'))).message, 'there is no such day');
    expect((await thrown<FormatException>(() => Date.parse('1.7.2026'))).message, 'a date is written as 2026-07-01');
  });

  test('dates are counted in days, across the clock changes too', () {
    const before = Date(2026, 3, 28);
    expect(before.addDays(2), const Date(2026, 3, 30));
    expect(before.daysUntil(const Date(2026, 4, 1)), 4);
    expect(before.weekday, DateTime.saturday);
    expect(const Date(2026, 3, 29) > before, true);
  });

  test('the largest and the least number of 64 bits are exact', () async {
    for (final text in ['9223372036854775807', '-9223372036854775808', '9007199254740993']) {
      expect(Int64.parse(text).toJson(), text);
      expect('${Int64.parse(text).toBigInt()}', text);
    }
    await thrown<FormatException>(() => Int64.parse('9223372036854775808'));
    await thrown<RangeError>(() => Int64.parse('9223372036854775807') + const Int64(1));
  });

  test('numbers of 64 bits are equal however they came about', () {
    expect(Int64.parse('115000'), const Int64(115000));
    expect(Int64.parse('115000').hashCode, const Int64(115000).hashCode);
    expect(const Int64(2) * 3 - const Int64(7), const Int64(-1));
  });

  test('decimals are exact, and equal by value', () {
    expect('${Decimal.parse('0.10') + Decimal.parse('0.2')}', '0.30');
    expect('${Decimal.parse('-0.05') * Decimal.parse('1.5')}', '-0.075');
    expect(Decimal.parse('1.50'), Decimal.parse('1.5'));
    expect(Decimal.parse('1.50').hashCode, Decimal.parse('1.5').hashCode);
    expect(Decimal.parse('10').hashCode == Decimal.parse('1').hashCode, false);
    expect(Decimal.parse('-2') < Decimal.parse('-1.99'), true);
  });

  test('amounts of two currencies do not mix', () async {
    final sum = Money.minor(115000, 'EUR') + Money.minor(50, 'EUR');
    expect(sum, const Money(Int64(115050), 'EUR'));
    expect(sum.toJson(), {'amountMinor': '115050', 'currency': 'EUR'});
    final error = await thrown<ArgumentError>(() => sum + Money.minor(1, 'MKD'));
    expect('${error.message}', '1 minor units of MKD is not in EUR; amounts of two currencies do not mix');
  });

  test('operations are equal when they ask for the same', () {
    const one = ListGigs(first: 20, filter: GigFilter(status: [GigStatus.open]));
    expect(one, const ListGigs(first: 20, filter: GigFilter(status: [GigStatus.open])));
    expect(one.hashCode, const ListGigs(first: 20, filter: GigFilter(status: [GigStatus.open])).hashCode);
    expect(one == const ListGigs(first: 21), false);
    expect({one: 'kept'}[const ListGigs(first: 20, filter: GigFilter(status: [GigStatus.open]))], 'kept');
  });

  test('an update tells to set, to clear and to keep apart', () {
    const update = UpdateGig(gigId: 'gig_1', title: Opt.set('New'), description: Opt.clear());
    expect(update.variables, {
      'input': {'gigId': 'gig_1', 'title': 'New', 'description': null},
    });
  });

  test('what is unknown is read and never sent', () async {
    final error = await thrown<ArgumentError>(
      () => const ListGigs(filter: GigFilter(status: [GigStatus.unknown])).variables,
    );
    expect(error.message, 'only read, never sent');
  });

  test('objects are equal by their fields, unknown ones by their text', () {
    Party party(String kind) => Party.fromJson(Json({'id': 'org_1', 'kind': kind, 'name': 'Northwind'}));
    expect(party('CLIENT'), const Party(id: 'org_1', kind: OrganizationKind.client, name: 'Northwind'));
    expect(party('GUILD').kind, OrganizationKind.unknown);
    expect(party('GUILD').raw('kind'), 'GUILD');
    expect(party('GUILD'), party('GUILD'));
    expect(party('GUILD') == party('CIRCLE'), false);
    expect('${party('GUILD')}', 'Party(id: org_1, kind: GUILD, name: Northwind)');
  });

  test('an answer of another shape says where', () async {
    final error = await thrown<MisfitException>(
      () => const ListGigs().read(
        const Json({
          'gigs': {
            'nodes': [
              {'id': 7},
            ],
          },
        }),
      ),
    );
    expect(error.message, 'The answer has 7 instead of a text at gigs.nodes[0].id');
  });

  test('a wait grows, has chance in it, and is as long as the server asks', () {
    const policy = RetryPolicy(first: Duration(milliseconds: 100), most: Duration(seconds: 1));
    for (var failures = 1; failures < 60; failures++) {
      expect(policy.wait(failures) <= Duration(milliseconds: failures < 5 ? 100 << failures - 1 : 1000), true);
    }
    expect(policy.wait(1, asked: const Duration(seconds: 7)), const Duration(seconds: 7));
  });

  test('Retry-After is seconds or a date', () {
    final now = DateTime.utc(2026, 7, 1, 9);
    Duration? asked(String value) =>
        RetryPolicy.askedFor(IncomingAnswer(503, {'retry-after': value}, Uint8List(0)), now);
    expect(asked('120'), const Duration(minutes: 2));
    expect(asked('Wed, 01 Jul 2026 09:00:30 GMT'), const Duration(seconds: 30));
    expect(asked('Wed, 01 Jul 2026 08:00:00 GMT'), Duration.zero);
    expect(asked('soon'), null);
  });

  test('new keys are UUIDs of version 4, and new', () {
    final keys = {for (var count = 0; count < 200; count++) newUuid()};
    expect(keys.length, 200);
    final form = RegExp(r'^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$');
    expect(keys.every(form.hasMatch), true);
  });
}

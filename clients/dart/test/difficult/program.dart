import 'package:difficult/difficult.dart';
import 'package:difficult/exhaustive.dart' as exhaustive;

import '../harness.dart';

/// What is written for a schema that makes it hard: the tool that verifies this package generates it first.
Future<void> main() {
  test('variables are sent as the schema calls them, whatever Dart calls them', () {
    final find = FindWidget(
      by: WidgetBy.price(Money.minor(150, 'EUR')),
      isShort: true,
      nameValue: 'n',
      hashValue: const [Mood.inValue, null],
      deep: Deep(
        inValue: Mood.unknownValue,
        whenValue: [DateTime.utc(2026, 7)],
        nested: const [Deep(inValue: Mood.defaultValue)],
      ),
    );
    expect(find.variables, {
      'by': {
        'price': {'amountMinor': '150', 'currency': 'EUR'},
      },
      'isShort': true,
      'name': 'n',
      'hash': ['IN', null],
      'deep': {
        'in': 'UNKNOWN',
        'when': ['2026-07-01T00:00:00.000Z'],
        'nested': [
          {'in': 'DEFAULT'},
        ],
      },
    });
  });

  test('a patch sends lists and objects, clears and keeps', () {
    const update = UpdateWidget(
      id: 'w1',
      moods: Opt.set([Mood.indexValue]),
      price: Opt.clear(),
      deep: Opt.set(Deep(inValue: Mood.valuesValue)),
    );
    expect(update.variables, {
      'input': {
        'id': 'w1',
        'moods': ['INDEX'],
        'price': null,
        'deep': {'in': 'VALUES'},
      },
    });
  });

  test('answers are read as the schema calls them', () {
    final widget =
        const FindWidget(by: WidgetBy.id('w1'), isShort: false).read(
          const Json({
            'widget': {
              'id': 'w1',
              'fields': 3,
              'raw': 1,
              'class': 'c',
              'hashCode': 7,
              'required_json': [1],
              'moods': ['UNKNOWN', 'IN', 'HAPPY'],
              'matrix': [
                ['2026-07-01', null],
              ],
              'price': {'amountMinor': '9223372036854775807', 'currency': 'EUR', 'text': '1.50'},
              'parts': [
                {'__typename': 'Screw', 'size': '2.5'},
                {'__typename': 'Nail'},
                null,
              ],
            },
          }),
        )!;
    expect((widget.fieldsValue, widget.rawValue, widget.classValue, widget.hashCodeValue), (3, 1.0, 'c', 7));
    expect(widget.moods, [Mood.unknownValue, Mood.inValue, Mood.unknown]);
    expect(widget.raw('moods'), ['UNKNOWN', 'IN', 'HAPPY']);
    expect(widget.matrix, [
      [const Date(2026, 7, 1), null],
    ]);
    expect(widget.price.amountMinor, Int64.parse('9223372036854775807'));
    expect(widget.label, null);
    expect(
      [for (final part in widget.parts!) part == null ? null : exhaustive.nameAnyPart(part)],
      ['AnyPartScrew', 'AnyPartUnknown', null],
    );
  });

  test('a result with two kinds of refusals is a sealed class of its own', () {
    final refused = const UpdateWidget(id: 'w1').read(
      const Json({
        'updateWidget': {'__typename': 'QuotaRefusal', 'limit': 3},
      }),
    );
    expect(switch (refused) {
      UpdateWidgetQuotaRefusal(:final limit) => limit,
      _ => 0,
    }, 3);
  });

  test('every operation can be made', () {
    expect(exhaustive.operations.length, 7);
  });
  return runTests();
}

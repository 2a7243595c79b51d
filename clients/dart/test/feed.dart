import 'package:milepost_client/milepost_client.dart';

/// A feed of five messages.
const feed = {
  'field': 'events',
  'messages': [
    {'cursor': 'c1'},
    {'cursor': 'c2'},
    {'cursor': 'c3'},
    {'cursor': 'c4'},
    {'cursor': 'c5'},
  ],
};

/// A socket that sends what is left of the feed.
const rest = [
  {'open': true},
  {'feed': 99},
  {'complete': true},
];

/// The events of a feed in words that are easy to compare.
String words(LiveEvent<WatchEventsMessage> event) => switch (event) {
  LiveData(:final cursor) => '$cursor',
  LiveInterrupted() => 'cut',
  LiveResumed(gap: true) => 'gap',
  LiveResumed() => 'resumed',
};

/// All that a feed brings until it ends.
Future<List<String>> heard(MilepostClient client, {String? after}) =>
    client.live(const WatchEvents(), after: after).map(words).toList();

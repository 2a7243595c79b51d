import 'dart:convert';
import 'dart:io';

import 'package:milepost_client/io.dart';
import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';

/// Fast enough for tests, and still several attempts.
const hurry = RetryPolicy(first: Duration(milliseconds: 2), most: Duration(milliseconds: 10));

/// One scenario of the fault server: how it shall fail, and what it has seen.
final class Scenario {
  Scenario._(this.urls);

  /// Scripts a scenario; the words are in the README of the fault server.
  static Future<Scenario> begin(Map<String, Object?> script) async {
    final server = Platform.environment['FAULTS_URL'] ?? (throw StateError('FAULTS_URL names no fault server'));
    final answer = await IoTransport().send(
      OutgoingRequest('POST', Uri.parse('$server/scenarios'), body: utf8.encode(jsonEncode(script))),
    );
    final told = jsonDecode(utf8.decode(answer.body)) as Map<String, Object?>;
    if (answer.status != 200) throw TestFailure('${told['problem']}');
    return Scenario._(told);
  }

  /// The addresses of this scenario.
  final Map<String, Object?> urls;

  /// The endpoint.
  Uri get graphql => Uri.parse('${urls['graphql']}');

  /// Where uploads go.
  Uri get upload => Uri.parse('${urls['upload']}');

  /// A client of the endpoint that loses no time.
  MilepostClient client({
    String token = 'good',
    Future<String?> Function(String? refused)? renewToken,
    RetryPolicy retries = hurry,
    Duration timeout = const Duration(seconds: 10),
    AnswerCache? cache,
    LivePatience patience = const LivePatience(retries: hurry),
  }) => MilepostClient(
    graphql,
    token: () => token,
    renewToken: renewToken,
    retries: retries,
    timeout: timeout,
    cache: cache,
    patience: patience,
  );

  /// What the server has seen so far.
  Future<Report> report() async {
    final answer = await IoTransport().send(OutgoingRequest('GET', Uri.parse('${urls['report']}')));
    return Report(jsonDecode(utf8.decode(answer.body)) as Map<String, Object?>);
  }

  /// The report once it fits; the harness loses patience where it never does.
  Future<Report> until(bool Function(Report report) fits) async {
    while (true) {
      final report = await this.report();
      if (fits(report)) return report;
      await Future<void>.delayed(const Duration(milliseconds: 5));
    }
  }
}

/// What the fault server has seen.
final class Report {
  /// Reads a report.
  Report(this._json);

  final Map<String, Object?> _json;

  /// HTTP requests.
  List<Map<String, Object?>> get requests => (_json['requests']! as List).cast();

  /// WebSockets.
  List<Map<String, Object?>> get sockets => (_json['sockets']! as List).cast();

  /// What the script did not expect.
  List<Object?> get problems => _json['problems']! as List<Object?>;

  /// One value of each request.
  List<Object?> each(String key) => [for (final request in requests) request[key]];

  /// The variables `after` with which each socket has subscribed.
  List<Object?> get resumedAfter => [
    for (final socket in sockets)
      for (final message in (socket['messages']! as List).cast<Map<String, Object?>>())
        if (message['type'] == 'subscribe') ((message['payload']! as Map)['variables'] as Map?)?['after'],
  ];
}

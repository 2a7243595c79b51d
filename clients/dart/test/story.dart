import 'dart:async';
import 'dart:io';
import 'dart:math';

import 'package:milepost_client/milepost_client.dart';

import 'harness.dart';

final _url = Uri.parse(Platform.environment['MILEPOST_URL']!);
final _mail = Directory(Platform.environment['MILEPOST_MAIL']!);
final _budget = Money.minor(115000, 'EUR');
const _plan = [
  PlannedMilestoneInput(
    title: 'Design',
    tasks: [PlannedTaskInput(title: 'Sketches'), PlannedTaskInput(title: 'Final design')],
  ),
  PlannedMilestoneInput(title: 'Pages', tasks: [PlannedTaskInput(title: 'Three pages, on phones too')]),
  PlannedMilestoneInput(
    title: 'Shop',
    tasks: [PlannedTaskInput(title: 'Catalogue'), PlannedTaskInput(title: 'Checkout')],
  ),
];

/// From the posted gig to the paid invoices against a real server, with generated calls only.
Future<void> main() {
  test('a gig becomes a project, its work is approved, and its invoices are paid', _story);
  test('a session that is revoked ends its feeds, and another takes over', _takeover);
  return runTests();
}

Future<void> _story() async {
  final nora = await _arrive('Nora North', OrganizationKind.client);
  final ada = await _arrive('Ada Lovelace', OrganizationKind.freelancer);
  (await nora.run(const AddPaymentMethod(provider: Provider.simulator, token: 'sim_ok', currency: 'EUR'))).orThrow();

  final gigId = await _publish(nora);
  final made = (await ada.run(CreateProposal(gigId: gigId, amount: _budget, deliveryDays: 28))).orThrow();
  (await ada.run(SubmitProposal(proposalId: made.proposal.id))).orThrow();
  final proposal = await nora.all(GetGigBoard(id: gigId, first: 1)).single;

  // A stale version is refused, as data; nothing has happened.
  final stale = await nora.run(AcceptProposal(proposalId: proposal.id, expectedVersion: proposal.version - 1));
  final conflict = (await thrown<RefusedException<Refusal>>(stale.orThrow)).refusal;
  expect((conflict.code, conflict.currentVersion), (RefusalCode.conflict, proposal.version));

  final cursor = await nora.run(const GetLiveCursor());
  final accept = AcceptProposal(proposalId: proposal.id, expectedVersion: proposal.version);
  final key = newUuid();
  final accepted = (await nora.run(accept, idempotencyKey: key)).orThrow();
  final again = (await nora.run(accept, idempotencyKey: key)).orThrow();
  expect((accepted.replayed, again.replayed), (false, true));
  final project = accepted.project;
  expect(again.project.id, project.id);

  final happened = _Follower(nora.live(WatchProject(projectId: project.id), after: cursor));
  await happened.until('project.activated');
  for (final (number, milestone) in project.milestones.indexed) {
    await _work(nora, ada, milestone);
    await happened.until('invoice.paid', times: number + 1);
  }
  await happened.until('project.completed');
  await happened.end();
  await _settled(nora, ada, project.id);
  nora.close();
  ada.close();
}

Future<void> _work(MilepostClient nora, MilepostClient ada, MilestoneDetail milestone) async {
  for (final task in milestone.tasks) {
    final delivered = (await ada.run(SubmitTask(taskId: task.id, note: 'Here it is.'))).orThrow();
    (await nora.run(ApproveTask(taskId: task.id, revision: delivered.task.revision))).orThrow();
  }
  if (milestone.tasks.length > 1) (await nora.run(ApproveMilestone(milestoneId: milestone.id))).orThrow();
}

Future<void> _settled(MilepostClient nora, MilepostClient ada, String projectId) async {
  final done = (await nora.run(GetProject(id: projectId)))!;
  expect(done.status, ProjectStatus.completed);
  expect(done.budgetSummary.paid, _budget);
  expect(done.budgetSummary.remaining, Money.minor(0, 'EUR'));
  final invoices =
      await ada.all(const ListInvoices(first: 2, filter: InvoiceFilter(role: InvoiceRole.issuer))).toList();
  expect(
    [for (final one in invoices) (one.paymentStatus, one.amountDue)],
    [for (final _ in _plan) (PaymentStatus.paid, Money.minor(0, 'EUR'))],
  );
  var fees = Money.minor(0, 'EUR');
  for (final one in invoices) {
    final invoice = (await ada.run(GetInvoice(id: one.id)))!;
    expect(invoice.payments.nodes.single.status, PaymentState.succeeded);
    fees += invoice.fee!;
  }
  final wallet = (await ada.run(const ListWallets())).nodes.single;
  expect(wallet.available, _budget - fees);
}

Future<void> _takeover() async {
  final email = _address('Grace Hopper');
  final first = await _token(email, 'Grace Hopper', OrganizationKind.client);
  final second = (await _anybody.run(SignIn(email: email, password: email))).orThrow().token;
  final renewed = <String?>[];
  final client = MilepostClient(
    _url,
    token: () => first,
    renewToken: (refused) {
      renewed.add(refused);
      return second;
    },
  );
  final feed = StreamIterator(client.live(const WatchEvents(), after: await client.run(const GetLiveCursor())));
  final interrupted = feed.moveNext();
  // A session of its own ends the first, as another device would.
  final other = MilepostClient(_url, token: () => second);
  final devices = await other.all(const ListSessions()).where((device) => !device.isCurrent).toList();
  for (final device in devices) {
    (await other.run(RevokeSession(sessionId: device.id))).orThrow();
  }
  expect(await interrupted, true);
  expect(feed.current is LiveInterrupted, true);
  expect(await feed.moveNext(), true);
  expect('${feed.current}', 'LiveResumed(gap: false)');
  expect((await client.run(const GetViewer()))!.user.email, email);
  expect(renewed, [first]);
  await feed.cancel();
  client.close();
  other.close();
}

Future<String> _publish(MilepostClient nora) async {
  final category = await nora
      .all(const ListGigCategories(first: 3))
      .firstWhere((category) => category.slug == 'web-development');
  final gig =
      (await nora.run(
        CreateGig(
          title: 'A website for a bakery',
          description: 'Three pages and a small shop, ready for spring.',
          categoryId: category.id,
          currency: 'EUR',
          budgetMax: _budget,
          deliveryDays: 30,
          terms: const WorkTermsInput(
            invoicingMethod: InvoicingMethod.milestone,
            fundingMode: FundingMode.direct,
            milestones: _plan,
          ),
        ),
      )).orThrow().gig;
  expect(gig.status, GigStatus.draft);
  final published = (await nora.run(PublishGig(gigId: gig.id))).orThrow().gig;
  expect(published.status, GigStatus.open);
  return gig.id;
}

/// The types of what has happened, in order.
final class _Follower {
  _Follower(Stream<LiveEvent<WatchProjectMessage>> feed) : _feed = StreamIterator(feed);

  final StreamIterator<LiveEvent<WatchProjectMessage>> _feed;
  final _seen = <String>[];

  Future<void> until(String type, {int times = 1}) async {
    while (_seen.where((one) => one == type).length < times) {
      if (!await _feed.moveNext()) throw TestFailure('the feed has ended before $type');
      if (_feed.current case LiveData(value: WatchProjectMessage(:final event?))) _seen.add(event.type);
    }
  }

  Future<void> end() => _feed.cancel();
}

final _anybody = MilepostClient(_url);

Future<MilepostClient> _arrive(String name, OrganizationKind kind) async {
  final token = await _token(_address(name), name, kind);
  return MilepostClient(_url, token: () => token);
}

String _address(String name) =>
    '${name.split(' ').first.toLowerCase()}-${Random.secure().nextInt(1 << 32)}@example.com';

/// Signs up, with the address as the password, and sends back the token of the mail.
Future<String> _token(String email, String name, OrganizationKind kind) async {
  (await _anybody.run(
    SignUp(email: email, password: email, displayName: name, kind: kind, organizationName: name),
  )).orThrow();
  return (await _anybody.run(VerifyEmail(token: await _mailed(email)))).orThrow().token;
}

/// The token in the mail to an address; the sandbox leaves mail in a folder.
Future<String> _mailed(String email) async {
  while (true) {
    final files = _mail.existsSync() ? _mail.listSync().whereType<File>() : const <File>[];
    for (final letter in files.where((file) => file.path.endsWith('.eml'))) {
      final text = letter.readAsStringSync().replaceAll(RegExp(r'=\r?\n'), '');
      final token = RegExp(r'^([A-Za-z0-9_-]{40,})\r?$', multiLine: true).firstMatch(text)?[1];
      if (token != null && text.contains(email)) return token;
    }
    await Future<void>.delayed(const Duration(milliseconds: 50));
  }
}

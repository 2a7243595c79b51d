import 'dart:io';

import 'package:milepost_client/milepost_client.dart';

/// Against a demonstration server (`make serve`): signs in, lists gigs, posts one, and sees it happen live.
Future<void> main() async {
  final url = Platform.environment['MILEPOST_URL'] ?? 'http://127.0.0.1:8000/graphql';
  String? token;
  final milepost = MilepostClient(Uri.parse(url), token: () => token);

  final signedIn = await milepost.run(const SignIn(email: 'nora@northwind.example', password: 'milepost sandbox'));
  token = signedIn.orThrow().token;

  await for (final gig in milepost.all(const ListGigs(first: 20))) {
    stdout.writeln('${gig.title}: ${gig.budgetMax ?? 'no budget yet'}, ${_words(gig.status)}');
  }

  final now = await milepost.run(const GetLiveCursor());
  final category = await milepost.all(const ListGigCategories()).first;
  final draft = CreateGig(
    title: 'A logo for a bakery',
    description: 'One that looks good on bread.',
    categoryId: category.id,
    currency: 'EUR',
    budgetMax: Money.minor(40000, 'EUR'),
    deliveryDays: 14,
    terms: const WorkTermsInput(invoicingMethod: InvoicingMethod.milestone, fundingMode: FundingMode.direct),
  );
  final gig = (await milepost.run(draft)).orThrow().gig;

  switch (await milepost.tryRun(PublishGig(gigId: gig.id))) {
    case Success(value: Done(:final payload)):
      stdout.writeln('published: ${payload.gig.title}');
    case Success(value: Refused(:final refusal)):
      stdout.writeln('refused, ${refusal.code.name}: ${refusal.message}');
    case Success(value: UnknownOutcome(:final typename)):
      stdout.writeln('answered with $typename, which this program does not know');
    case Failure(:final error):
      stdout.writeln(error.message);
  }

  await for (final event in milepost.live(const WatchEvents(), after: now)) {
    switch (event) {
      case LiveData(:final value):
        stdout.writeln('live: ${value.event?.type}');
        milepost.close();
      case LiveInterrupted(:final reason, :final retryIn):
        stdout.writeln('offline ($reason), again in ${retryIn.inMilliseconds} ms');
      case LiveResumed(gap: true):
        stdout.writeln('back, and something is lost: fetch everything again');
      case LiveResumed():
        stdout.writeln('back');
    }
  }
}

/// A switch over an enum is complete only with `unknown`, so what comes to the API later has words too.
String _words(GigStatus status) => switch (status) {
  GigStatus.draft => 'being written',
  GigStatus.open => 'takes proposals',
  GigStatus.paused => 'hidden for now',
  GigStatus.unknown => 'in a state that this program does not know',
  _ => 'over',
};

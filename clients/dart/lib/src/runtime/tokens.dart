import 'dart:async';

import 'exceptions.dart';

/// The token of calls, and how to get a fresh one when the server refuses it.
///
/// However many calls are refused at the same time, a fresh token is asked for once, and all of them go on with it.
final class Tokens {
  /// Asks for a token at every call; without a way to renew it a refused one is the end.
  Tokens(this._given, this._renew);

  final FutureOr<String?> Function()? _given;
  final FutureOr<String?> Function(String? refused)? _renew;
  final _refused = <String?>{};
  Future<String?>? _renewing;
  String? _fresh;

  /// The token to send now; null to send none.
  Future<String?> current() async => _renewing ?? _known();

  /// A token instead of one that was refused; null where there is none.
  Future<String?> instead(String? refused) async {
    if (_renewing case final renewing?) return renewing;
    final known = await _known();
    if (known != null && known != refused) return known;
    return _renewing ??= _renewed(refused).whenComplete(() => _renewing = null);
  }

  /// Until the caller's store has caught up, the fresh token stands in for those that were refused.
  Future<String?> _known() async {
    final given = await _asked(() => _given?.call());
    return given != null && _refused.contains(given) ? _fresh : given;
  }

  Future<String?> _renewed(String? refused) async {
    final fresh = await _asked(() => _renew?.call(refused));
    if (fresh == null || fresh == refused) return null;
    _refused.add(refused);
    return _fresh = fresh;
  }

  /// What goes wrong while a token is fetched goes wrong with the call that needs it.
  static Future<String?> _asked(FutureOr<String?> Function() ask) async {
    try {
      return await ask();
    } on MilepostException {
      rethrow;
    } on Exception catch (cause) {
      throw NetworkException(cause);
    }
  }
}

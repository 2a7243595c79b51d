import 'dart:async';

/// The token of calls, and how to get a fresh one when the server refuses it.
///
/// However many calls are refused at the same time, [_renew] runs once, and all of them go on with what it brings.
final class Tokens {
  /// Asks [_current] for every call; without [_renew] a refused token is the end.
  Tokens(this._current, this._renew);

  final FutureOr<String?> Function()? _current;
  final FutureOr<String?> Function(String? refused)? _renew;
  Future<String?>? _renewing;
  String? _renewed;
  String? _replaced;

  /// The token to send now; null to send none.
  Future<String?> current() async {
    final renewing = _renewing;
    if (renewing != null) return renewing;
    final given = await _current?.call();
    // Until the caller's store has caught up, the token that was renewed is the better one.
    return given != null && given == _replaced ? _renewed : given;
  }

  /// A token instead of one that was refused; null where there is none.
  Future<String?> instead(String? refused) async {
    final running = _renewing;
    if (running != null) return running;
    final current = await this.current();
    if (current != null && current != refused) return current;
    return _renewing ??= _fresh(refused).whenComplete(() => _renewing = null);
  }

  Future<String?> _fresh(String? refused) async {
    final fresh = await _renew?.call(refused);
    if (fresh == null || fresh == refused) return null;
    _replaced = refused;
    _renewed = fresh;
    return fresh;
  }
}

import 'dart:convert';
import 'dart:io';

import 'package:milepost_client/milepost_client.dart';
import 'package:milepost_client/src/runtime/sha256.dart';

import 'harness.dart';

String _hex(List<int> bytes) => bytes.map((byte) => byte.toRadixString(16).padLeft(2, '0')).join();

/// Hashes of the standards, and the vectors that all clients share.
void main() {
  test('SHA-256 gives what FIPS 180-4 publishes', () {
    const published = {
      '': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'abc': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq':
          '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    };
    published.forEach((text, hash) => expect(_hex(sha256(ascii.encode(text))), hash));
    expect(
      _hex(sha256(List.filled(1000000, 0x61))),
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    );
  });

  test('HMAC-SHA256 gives what RFC 4231 publishes', () {
    final cases = [
      (List.filled(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'),
      (
        ascii.encode('Jefe'),
        'what do ya want for nothing?',
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      ),
      (
        List.filled(131, 0xaa),
        'Test Using Larger Than Block-Size Key - Hash Key First',
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      ),
    ];
    for (final (key, message, code) in cases) {
      expect(_hex(hmacSha256(key, ascii.encode(message))), code);
    }
  });

  for (final vector in _vectors()) {
    test('a webhook ${vector['name']} is ${vector['refused'] == null ? 'believed' : 'refused'}', () async {
      final verifier = WebhookVerifier(
        (vector['secrets']! as List).cast(),
        now: () => DateTime.fromMillisecondsSinceEpoch((vector['now']! as int) * 1000),
      );
      final headers = (vector['headers']! as Map).cast<String, String>();
      final body = utf8.encode(vector['body']! as String);
      if (vector['refused'] == null) {
        expect(verifier.verify(headers, body), jsonDecode(vector['body']! as String));
      } else {
        final refused = await thrown<WebhookException>(() => verifier.verify(headers, body));
        expect(refused.reason.name.toUpperCase(), vector['refused']);
      }
    });
  }

  test('a verifier without a secret is refused', () async {
    await thrown<ArgumentError>(() => WebhookVerifier(const []));
    await thrown<ArgumentError>(() => WebhookVerifier(const ['whsec_']));
  });
}

List<Map<String, Object?>> _vectors() =>
    (jsonDecode(File('../vectors/webhooks.json').readAsStringSync()) as List).cast();

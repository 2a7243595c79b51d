import 'dart:typed_data';

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the
// first 8: they are computed, so that there is no table to mistype.
final Uint32List _roundConstants = _fractions(64, 3);
final Uint32List _start = _fractions(8, 2);

/// SHA-256 of FIPS 180-4.
Uint8List sha256(List<int> message) {
  final padded = _padded(message);
  final hash = Uint32List.fromList(_start);
  final words = Uint32List(64);
  for (var block = 0; block < padded.length; block += 64) {
    _expand(padded, block, words);
    _compress(hash, words);
  }
  final result = ByteData(32);
  for (var at = 0; at < 8; at++) {
    result.setUint32(at * 4, hash[at]);
  }
  return result.buffer.asUint8List();
}

/// HMAC-SHA256 of RFC 2104.
Uint8List hmacSha256(List<int> key, List<int> message) {
  final block = Uint8List(64)..setAll(0, key.length > 64 ? sha256(key) : key);
  final inner = sha256([for (final byte in block) byte ^ 0x36, ...message]);
  return sha256([for (final byte in block) byte ^ 0x5c, ...inner]);
}

/// Whether two lists of bytes are equal, in a time that does not tell where they differ.
bool equalInConstantTime(List<int> one, List<int> other) {
  if (one.length != other.length) return false;
  var difference = 0;
  for (var at = 0; at < one.length; at++) {
    difference |= one[at] ^ other[at];
  }
  return difference == 0;
}

Uint8List _padded(List<int> message) {
  final length = (message.length + 9 + 63) ~/ 64 * 64;
  final padded = Uint8List(length)..setAll(0, message);
  padded[message.length] = 0x80;
  final bits = message.length * 8;
  ByteData.sublistView(padded)
    ..setUint32(length - 8, bits ~/ 0x100000000)
    ..setUint32(length - 4, bits % 0x100000000);
  return padded;
}

void _expand(Uint8List message, int block, Uint32List words) {
  final data = ByteData.sublistView(message, block, block + 64);
  for (var at = 0; at < 16; at++) {
    words[at] = data.getUint32(at * 4);
  }
  for (var at = 16; at < 64; at++) {
    final (early, late) = (words[at - 15], words[at - 2]);
    final small0 = _turned(early, 7) ^ _turned(early, 18) ^ (early >>> 3);
    final small1 = _turned(late, 17) ^ _turned(late, 19) ^ (late >>> 10);
    words[at] = words[at - 16] + small0 + words[at - 7] + small1;
  }
}

void _compress(Uint32List hash, Uint32List words) {
  var [a, b, c, d, e, f, g, h] = hash;
  for (var at = 0; at < 64; at++) {
    final big1 = _turned(e, 6) ^ _turned(e, 11) ^ _turned(e, 25);
    final chosen = (e & f) ^ (~e & 0xffffffff & g);
    final first = h + big1 + chosen + _roundConstants[at] + words[at];
    final big0 = _turned(a, 2) ^ _turned(a, 13) ^ _turned(a, 22);
    final majority = (a & b) ^ (a & c) ^ (b & c);
    (h, g, f, e) = (g, f, e, (d + first) & 0xffffffff);
    (d, c, b, a) = (c, b, a, (first + big0 + majority) & 0xffffffff);
  }
  for (final (at, value) in [a, b, c, d, e, f, g, h].indexed) {
    hash[at] += value;
  }
}

int _turned(int word, int bits) => (word >>> bits | word << (32 - bits)) & 0xffffffff;

Uint32List _fractions(int count, int root) {
  final found = Uint32List(count);
  var at = 0;
  for (var number = 2; at < count; number++) {
    var divisor = 2;
    while (divisor * divisor <= number && number % divisor != 0) {
      divisor++;
    }
    if (divisor * divisor > number) found[at++] = _fraction(number, root);
  }
  return found;
}

/// 32 bits of the fractional part of a root: the integer root of the number shifted by 32 bits for each power.
int _fraction(int number, int root) {
  final target = BigInt.from(number) << 32 * root;
  var (low, high) = (BigInt.zero, BigInt.one << 40);
  while (high - low > BigInt.one) {
    final middle = (low + high) >> 1;
    middle.pow(root) <= target ? low = middle : high = middle;
  }
  return (low & BigInt.from(0xffffffff)).toInt();
}

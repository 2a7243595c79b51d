/** An operation of the clients in Dart: the value that milepost_client has for it, where its variables are plain. */

import { Kind, getOperationAST, parse, type TypeNode } from 'graphql';
import { literal } from './dart';
import { indented, type CodeRequest } from './request';

/** Types that are written in Dart as in JSON; others have classes of their own, and are left to the plain request. */
const PLAIN = ['ID', 'String', 'Int', 'Boolean', 'Cursor'];

export function dartPackage(request: CodeRequest): string | undefined {
  const isPlain = typesGiven(request).every((type) => PLAIN.includes(nameOf(type)));
  if (!request.shipped || !isPlain) return undefined;
  const given = Object.entries(request.variables).map(([name, value]) => `${name}: ${literal(value)}`);
  const operation = `const ${request.shipped.name}(${given.join(', ')})`;
  const options = [
    ...(request.isSignedIn ? ["token: () => Platform.environment['MILEPOST_TOKEN'],"] : []),
    ...(Object.keys(request.headers).length > 0 ? [`headers: ${indented(literal(request.headers), '    ')},`] : []),
  ];
  return `// Needs: dart pub add milepost_client
import 'dart:io';

import 'package:milepost_client/milepost_client.dart';

Future<void> main() async {
  final client = MilepostClient(
    Uri.parse(${literal(request.url)}),
${options.map((option) => `    ${option}\n`).join('')}  );
${
  request.isSubscription
    ? `  await for (final event in client.live(${operation})) {\n    stdout.writeln(event);\n  }`
    : `  stdout.writeln(await client.run(${operation}));\n  client.close();`
}
}
`;
}

/** The types of the variables that are given; the others are left out. */
function typesGiven(request: CodeRequest): TypeNode[] {
  const declared = getOperationAST(parse(request.query))?.variableDefinitions ?? [];
  return declared.filter((one) => one.variable.name.value in request.variables).map((one) => one.type);
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

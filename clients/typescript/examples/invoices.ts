// Prints what your customers still owe you: node invoices.js URL EMAIL PASSWORD
import { createClient, listInvoicesAll, orThrow, signIn } from '@milepost/client';

const [url = '', email = '', password = ''] = process.argv.slice(2);

const { token } = orThrow(await signIn(createClient({ url }), { email, password }));
const client = createClient({ url, token });

for await (const invoice of listInvoicesAll(client, { filter: { role: 'ISSUER', status: ['OPEN'] } })) {
  const { number, recipient, amountDue, dueOn } = invoice;
  console.log(`${number}  ${amountDue.decimal} ${amountDue.currency}  ${recipient?.name ?? ''}  due ${dueOn}`);
}
console.log('That is all.');

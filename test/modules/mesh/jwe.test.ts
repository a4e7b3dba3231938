/** Texts for several nodes: each of them reads it, nobody else does, and nothing can be changed. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { decrypt, encryptFor, readerKeyOf } from '../../../src/modules/mesh/wire/jwe.js';
import { publicText } from '../../../src/modules/mesh/wire/jws.js';

const reader = (node: string) => ({ node, key: generateKeyPairSync('x25519').privateKey });
const [ada, ben, eve] = [reader('ada'), reader('ben'), reader('eve')];
const shown = ({ node, key }: typeof ada) => ({ node, key: createPublicKey(key) });
const TEXT = `What the bees say: ü, ${'x'.repeat(100_000)}`;
const sealed = await encryptFor(TEXT, [shown(ada), shown(ben)]);
const codeOf = async (text: string, by: typeof ada): Promise<unknown> => {
  try {
    return await decrypt(text, by);
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
};

t.equal(await decrypt(sealed, ada), TEXT);
t.equal(await decrypt(sealed, ben), TEXT);
t.equal(await decrypt(await encryptFor(TEXT, [shown(ada)]), ada), TEXT, 'for one only');
t.equal(await codeOf(sealed, eve), 'not-for-us');
t.equal(await codeOf(sealed, { ...eve, node: 'ada' }), 'forged', 'another key');
t.not(sealed, await encryptFor(TEXT, [shown(ada), shown(ben)]), 'never the same twice');

const parts = JSON.parse(sealed) as Readonly<Record<string, unknown>> & {
  readonly recipients: readonly object[];
};
const [first, second] = parts.recipients;
for (const [what, change, code] of [
  ['ciphertext', { ciphertext: `A${String(parts['ciphertext']).slice(1)}` }, 'forged'],
  ['tag', { tag: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'forged'],
  ['short tag', { tag: String(parts['tag']).slice(0, 6) }, 'forged'],
  ['iv', { iv: 'AAAAAAAAAAAAAAAA' }, 'forged'],
  ['keys', { recipients: [{ ...second, header: { ...first, kid: 'ada' } }] }, 'forged'],
  ['no key', { recipients: [null, { header: { kid: 'ada' } }] }, 'forged'],
  ['header', { protected: 'eyJhbGciOiJub25lIn0' }, 'malformed'],
  ['no list', { recipients: {} }, 'malformed'],
] as const)
  t.equal(await codeOf(JSON.stringify({ ...parts, ...change }), ada), code, what);
for (const text of ['', 'null', '[]', 'hello']) t.equal(await codeOf(text, ada), 'malformed', text);

t.ok(readerKeyOf(publicText(ada.key)));
t.throws(() => readerKeyOf(Buffer.alloc(32).toString('base64url')), 'a point of small order');
t.throws(() => readerKeyOf('AAAA'));

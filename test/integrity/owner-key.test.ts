import { verify } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  createOwnerKey,
  fingerprintOf,
  keyPath,
  loadOwnerKey,
  ownerKeyStatus,
} from '../../src/integrity/owner-key.js';
import { sha256 } from '../../src/kernel/hash.js';

t.test('a key that was made is the key that is loaded', async (t) => {
  const home = join(t.testdir(), 'home');
  t.equal(ownerKeyStatus(home), 'missing');
  const made = createOwnerKey(home);
  const loaded = loadOwnerKey(home);
  t.equal(ownerKeyStatus(home), 'plain');
  t.equal(loaded.fingerprint, made.fingerprint);
  t.strictSame(loaded.warnings, []);
  t.ok(
    verify(null, Buffer.from('text'), made.publicKey, Buffer.from(loaded.sign('text'), 'base64')),
  );
  t.equal(readFileSync(join(home, 'keys', 'owner.pub'), 'utf8'), made.publicKey);
});

t.test(
  'the fingerprint is the first 32 hex characters of the hash of the public key',
  async (t) => {
    const key = createOwnerKey(t.testdir());
    const der = Buffer.from(key.publicKey.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    t.equal(key.fingerprint, sha256(der).slice(0, 32));
    t.equal(fingerprintOf(key.publicKey), key.fingerprint);
    t.equal(fingerprintOf('no key'), undefined);
  },
);

t.test('others can neither read the key nor its directory', async (t) => {
  const home = t.testdir();
  createOwnerKey(home);
  t.equal(statSync(keyPath(home)).mode & 0o777, 0o600);
  t.equal(statSync(join(home, 'keys')).mode & 0o777, 0o700);
});

t.test('a key that others can read is loaded with a warning that says what to do', async (t) => {
  const home = t.testdir();
  createOwnerKey(home);
  chmodSync(keyPath(home), 0o644);
  t.match(loadOwnerKey(home).warnings, [/mode 644.*chmod 600/]);
  chmodSync(join(home, 'keys'), 0o755);
  t.equal(loadOwnerKey(home).warnings.length, 2);
});

t.test('a key is never replaced', async (t) => {
  const home = t.testdir();
  const key = createOwnerKey(home);
  t.throws(() => createOwnerKey(home), { code: 'EXISTS' });
  t.equal(loadOwnerKey(home).fingerprint, key.fingerprint);
});

t.test('a passphrase protects the key', async (t) => {
  const home = t.testdir();
  const key = createOwnerKey(home, { passphrase: 'moon' });
  t.equal(ownerKeyStatus(home), 'encrypted');
  t.match(readFileSync(keyPath(home), 'utf8'), /ENCRYPTED/);
  t.equal(loadOwnerKey(home, { passphrase: 'moon' }).fingerprint, key.fingerprint);
  t.throws(() => loadOwnerKey(home), {
    code: 'CONFIG',
    message: /needs a passphrase, and there is none/,
  });
  t.throws(() => loadOwnerKey(home, { passphrase: 'sun' }), {
    code: 'BAD_VALUE',
    message: /does not open/,
  });
  t.throws(() => createOwnerKey(join(home, 'other'), { passphrase: '' }), { code: 'BAD_VALUE' });
});

t.test('a passphrase that a plain key does not need is no error', async (t) => {
  const home = t.testdir();
  const key = createOwnerKey(home);
  t.equal(loadOwnerKey(home, { passphrase: 'moon' }).fingerprint, key.fingerprint);
});

t.test('a file that is not a key is refused', async (t) => {
  const home = t.testdir();
  t.throws(() => loadOwnerKey(home), { code: 'NOT_FOUND', hint: /nocturne init/ });
  mkdirSync(join(home, 'keys'));
  writeFileSync(keyPath(home), 'nothing');
  t.throws(() => loadOwnerKey(home), { code: 'CONFIG', message: /not a private key/ });
  rmSync(keyPath(home));
  mkdirSync(keyPath(home));
  t.throws(() => loadOwnerKey(home), { code: 'STORAGE', message: /directory/ });
});

t.test('a key of another kind is refused', async (t) => {
  const home = t.testdir();
  mkdirSync(join(home, 'keys'));
  const { generateKeyPairSync } = await import('node:crypto');
  writeFileSync(
    keyPath(home),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  );
  t.throws(() => loadOwnerKey(home), { code: 'CONFIG', message: /kind ec; expected ed25519/ });
});

import t from 'tap';
import { findSecrets } from '../../src/validate/find-secrets.js';

/**
 * Drawn once, so that the samples look like credentials and are none. The parts are joined here so
 * that no scanner finds them in this file.
 */
const DRAWN = 'a7Bq9ZtK2mXw4LpR8sVn3CyH6dJf1GeU5oTiA0bWkQxNzMrEvYcPhSgDlFu7aOj2I4';
const random = (length: number): string => DRAWN.repeat(4).slice(3, 3 + length);
const PEM = `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMII${random(61)}\n${random(64)}\n${random(64)}\n-----END RSA ${'PRIVATE'} KEY-----`;

const SAMPLES: readonly (readonly [rule: string, text: string])[] = [
  ['aws-access-key-id', `AKIA${'Q7ZT2MXW4LPR8SVN'}`],
  ['aws-access-key-id', `ASIA${'Q7ZT2MXW4LPR8SVN'}`],
  ['aws', `aws_secret_access_key = ${random(40)}`],
  ['aws', `SecretAccessKey: "${random(40)}"`],
  ['npm', `npm_${random(36)}`],
  ['npm-auth-token', `//packages.example.org/:_authToken=${random(36)}`],
  ['basicauth', `https:/${'/'}${random(20)}:x-oauth-basic@github.com/a/b`],
  ['slack', `xoxb-123456789012-${random(24)}`],
  ['slack', `xapp${'-'}1-A0123456789-${random(24)}`],
  ['slack', `https://hooks.slack.com/services/T${random(8)}/B${random(8)}/${random(24)}`],
  ['basicauth', `https://deploy:${random(16)}@git.intern.net/x`],
  ['openai', `sk-${random(20)}T3BlbkFJ${random(20)}`],
  ['openai', `sk-proj-${random(58)}T3BlbkFJ${random(58)}`],
  ['anthropic', `sk-ant-api03-${random(93)}AA`],
  ['linear', `lin_api_${random(40)}`],
  ['privatekey', PEM],
  ['sendgrid', `SG.${random(22)}.${random(43)}`],
  ['shopify', `shpat_${random(32)}`],
  ['github', `ghp_${random(36)}`],
  ['github', `gho_${random(36)}`],
  ['github', `github_pat_${random(82)}`],
  ['database-connection-string', `postgres://app:${random(16)}@db.intern.net:5432/main`],
  ['database-connection-string', `mongodb+srv://app:${random(16)}@cluster.intern.net/main`],
  ['database-connection-string', `mysql://app:${random(16)}@db.intern.net/main`],
  [
    'private-key',
    `-----BEGIN ${'PRIVATE'} KEY-----\nMC4CAQAwBQYDK2VwBCIEI${random(43)}\n-----END ${'PRIVATE'} KEY-----`,
  ],
  ['json-web-token', `eyJhbGciOiJIUzI1NiJ9.eyJ${random(30)}.${random(43)}`],
  ['google-api-key', `AIza${random(35)}`],
  ['stripe-key', `sk_live_${random(24)}`],
  ['gitlab-token', `glpat-${random(20)}`],
  ['hugging-face-token', `hf_${random(34)}`],
  ['telegram-token', `123456789:AA${random(33)}`],
  ['model-key', `sk-or-v1-${random(48)}`],
  ['assigned-secret', `db_password = "${random(18)}"`],
  ['assigned-secret', `"api_key": "${random(24)}"`],
];

t.test('each kind is found in the middle of a text, and nowhere else in it', async (t) => {
  for (const [rule, text] of SAMPLES) {
    const before = 'First line, nothing to see.\nkey: ';
    const found = findSecrets(`${before}${text}\nafter it\n`);
    t.ok(found.length > 0, `${rule} is found`);
    t.ok(
      found.some((secret) => secret.rule === rule),
      `as ${rule}: ${JSON.stringify(found)}`,
    );
    for (const { start, end } of found)
      t.ok(
        start >= before.length && end <= before.length + text.length + 1 && start < end,
        'at its place',
      );
  }
});

t.test('each kind is found in base64, base64url and hex as well', async (t) => {
  for (const [rule, text] of SAMPLES) {
    const plain = `the value is ${text} .`;
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      t.ok(
        findSecrets(`x: ${Buffer.from(plain).toString(encoding)}\n`).length > 0,
        `${rule} in ${encoding}`,
      );
  }
});

t.test('lines of base64 are one text, and three layers are taken off', async (t) => {
  const secret = `some words before it ghp_${random(36)}`;
  const wrap = (text: string, layers: number): string =>
    layers === 0 ? text : wrap(Buffer.from(text).toString('base64'), layers - 1);
  t.equal(findSecrets(wrap(secret, 1).replace(/.{76}/g, '$&\r\n')).length, 1);
  t.equal(findSecrets(wrap(secret, 1).replace(/.{20}/g, '$&\n    ')).length, 1);
  t.equal(findSecrets(wrap(secret, 3)).length, 1);
  t.equal(findSecrets(`config/${wrap(secret, 1)}`).length, 1, 'glued to other letters');
});

t.test('what only looks like a credential is left alone', async (t) => {
  for (const text of [
    '',
    'The token is read from $GITHUB_TOKEN; the password: "<your password>".',
    'password = "changeme-please-now"',
    'api_key: "${API_KEY_FROM_ENV}"',
    'secret: RUN-20261121-001',
    `sha256 ${'0123456789abcdef'.repeat(4)}`,
    `sha512-${Buffer.alloc(64, 9).toString('base64')}`,
    'chain 0123456789abcdef0123456789abcdef',
    'https://example.org/path?x=1#sk-and-more',
    'https://user@example.org/',
    'git@github.com:someone/something.git',
    'sk-learn, sk-this-is-only-a-long-name-with-dashes-in-it',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    'orchestration-os/rules-reference/reference-unresolved.md',
    'x'.repeat(10_000),
    Buffer.alloc(3000, 0xa5).toString('base64'),
  ])
    t.same(findSecrets(text), [], text.slice(0, 60));
});

t.test('a comment in the text does not switch the scanner off', async (t) => {
  t.equal(
    findSecrets(`<!-- secretlint-disable -->\nghp_${random(36)}\n<!-- secretlint-enable -->`)
      .length,
    1,
  );
});

t.test('a long text without anything is read in time that grows with its length', async (t) => {
  const text = `${'Some words, a [link](https://example.org/a/b/c) and `code`.\n| a | b | 0123456789abcdef0123456789abcdef |\n'.repeat(10_000)}`;
  const started = performance.now();
  t.same(findSecrets(text), []);
  t.ok(
    performance.now() - started < 5000,
    `${text.length} characters in ${Math.round(performance.now() - started)} ms`,
  );
});

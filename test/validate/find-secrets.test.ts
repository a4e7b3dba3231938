import fc from 'fast-check';
import t from 'tap';
import { findSecrets } from '../../src/validate/find-secrets.js';
import { processorMs } from '../support/processor-time.js';

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
  ['groq-key', `gsk_${random(52)}`],
  ['xai-key', `xai-${random(80)}`],
  ['perplexity-key', `pplx-${random(48)}`],
  ['notion-token', `ntn_${random(46)}`],
  ['notion-token', `secret_${random(43)}`],
  ['supabase-key', `sbp_${'0a1b2c3d4e'.repeat(4)}`],
  ['supabase-key', `sb_secret_${random(31)}`],
  ['brave-key', `BSA${random(28)}`],
  ['discord-token', `M${random(25)}.${random(6)}.${random(38)}`],
  ['tavily-key', `tvly-${random(32)}`],
  ['replicate-token', `r8_${random(37)}`],
  ['digitalocean-token', `dop_v1_${'0a1b2c3d'.repeat(8)}`],
  ['doppler-token', `dp.pt.${random(43)}`],
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
    `a picture: iVBORw0KGgo/BSA${random(300)}+BSA${random(28)}/Ag==`,
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
  const started = processorMs();
  t.same(findSecrets(text), []);
  t.ok(
    processorMs() - started < 5000,
    `${text.length} characters in ${Math.round(processorMs() - started)} ms`,
  );
});

t.test('a credential is found although it was split or disguised, at its place', async (t) => {
  const key = `ghp_${random(36)}`;
  const [head, tail] = [key.slice(0, 12), key.slice(12)];
  const wide = key.replace(/[a-z]/g, (letter) =>
    String.fromCharCode(letter.charCodeAt(0) + 0xfee0),
  );
  const ways: readonly (readonly [how: string, text: string])[] = [
    ['over two lines', `${head}\n${tail}`],
    ['over two lines that are indented', `${head}\r\n    ${tail}`],
    ['over quoted lines', `> ${head}\n> ${tail}`],
    ['with a continued line', `${head}\\\n${tail}`],
    ['with an invisible space', `${head}\u200b${tail}`],
    ['with an invisible space behind each letter', [...key].join('\u200b')],
    ['with a soft hyphen', `${head}\u00ad${tail}`],
    ['as a concatenation', `"${head}" + "${tail}"`],
    ['as a concatenation over lines', `'${head}' +\n  '${tail}'`],
    ['as adjacent strings', `"${head}" "${tail}"`],
    ['as a concatenation with dots', `'${head}' . '${tail}'`],
    ['in wide letters', wide],
    ['in entities', key.replace('g', '&#103;').replace('h', '&#x68;')],
  ];
  for (const [how, text] of ways) {
    const [found] = findSecrets(`before: ${text} after`);
    t.ok(found !== undefined, how);
    t.ok((found?.start ?? 0) >= 8 && (found?.end ?? 999) <= 8 + text.length, `${how}: its place`);
  }
});

/** Of each format that fits in one word, also the shortest that the library accepts. */
const ONE_WORD = [
  ...SAMPLES.map(([, text]) => text).filter((text) => /^[\w+/=.~-]+$/.test(text)),
  `xoxb${'-'}1-a2b3c`,
  `xapp${'-'}1-a2b3c`,
  `AKIA${'Q7ZT2MXW4LPR8SVN'}`,
];
const BREAKS = ['\n', '\r\n', ' \\\n    ', '\n> ', '\n| ', '" + "', "' . '", '" "', '`,\n  `'];

t.test('whatever is found in one piece is found in several pieces', async (t) => {
  t.ok(ONE_WORD.length > 30);
  for (const word of ONE_WORD) t.not(findSecrets(word).length, 0, word.slice(0, 6));
  fc.assert(
    fc.property(
      fc.constantFrom(...ONE_WORD),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...BREAKS)), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', 'A line before it.\n', '| a | b |\n'),
      (word, breaks, before) => {
        const text = breaks.reduce((rest, [at, between]) => splitAt(rest, at, between), word);
        t.not(findSecrets(`${before}${text}\n\nafter it`).length, 0, text);
      },
    ),
    { numRuns: 1500, verbose: 1 },
  );
});

/** Splits the first piece, so that each one keeps at least two characters. */
function splitAt(text: string, at: number, between: string): string {
  const first = /^[\w+/=.~-]+/.exec(text)?.[0].length ?? 0;
  if (first < 4) return text;
  const place = 2 + (at % (first - 3));
  return text.slice(0, place) + between + text.slice(place);
}

t.test('examples of logins, word lists and prose are no credentials', async (t) => {
  for (const text of [
    'https://user:pass@proxy.example.org:8080',
    'postgres://postgres:postgres@localhost:5432/app',
    'mysql://root:root@127.0.0.1/test',
    'https://user:password@host/path',
    'amqp://guest:guest@localhost',
    `risk-\ntaking is a task-\noriented word\n${'word\n'.repeat(500)}`,
    'A paragraph ends with a-long-hyphenated-word\nand-another-hyphenated-word follows it.',
    '"first" + "second" . "third" "fourth"',
  ])
    t.same(findSecrets(text), [], text.slice(0, 60));
});

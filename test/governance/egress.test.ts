/** What may leave, and what only looks as if it might. */
import t from 'tap';
import { type Destination, judgeSending, MAX_CONTENT } from '../../src/governance/guard/egress.js';

const row = (
  name: string,
  kind: string,
  pattern: string,
  more: Partial<Destination> = {},
): Destination => ({ name, kind, pattern, projects: [], maxPerPass: 5, ...more });
const LIST: readonly Destination[] = [
  row('api', 'url', 'api.example.org'),
  row('below', 'url', '*.example.net'),
  row('port', 'url', 'api.example.com:8443'),
  row('path', 'url', 'files.example.org/open/*'),
  row('exact', 'url', 'one.example.org/only/this'),
  row('ours', 'url', 'pages.example.org', { projects: ['pages'] }),
  row('none', 'url', 'never.example.org', { maxPerPass: 0 }),
  row('broken', 'url', 'bad.*.example.org'),
  row('team', 'channel', 'telegram:4711'),
  row('all-mail', 'channel', 'mail:*'),
  row('main', 'session', 'session:main'),
  row('web', 'search', 'search:web'),
];

type Case = readonly [what: string, to: string, expected: string];
const CASES: readonly Case[] = [
  ['a host of the list', 'https://api.example.org/v1/licences?id=3', 'api'],
  ['its port, written out', 'https://api.example.org:443/', 'api'],
  ['its name in capitals', 'https://API.Example.ORG/', 'api'],
  ['http', 'http://api.example.org/', 'egress'],
  ['ftp', 'ftp://api.example.org/', 'egress'],
  ['no scheme', '//api.example.org/', 'egress'],
  ['only a host', 'api.example.org', 'egress'],
  ['file', 'file:///etc/passwd', 'egress'],
  ['javascript', 'javascript:alert(1)', 'egress'],
  ['data', 'data:text/plain,hello', 'egress'],
  ['another host', 'https://api.example.org.evil.example/', 'egress'],
  ['a host that ends like it', 'https://evilapi.example.org/', 'egress'],
  ['a user name that looks like the host', 'https://api.example.org@evil.example/', 'egress'],
  ['a user name before the host', 'https://me@api.example.org/', 'egress'],
  ['a password', 'https://me:k7Qx9wZt2v@api.example.org/', 'egress,secret'],
  ['a user name with an encoded slash', 'https://evil.example%2f@api.example.org/', 'egress'],
  ['a backslash', 'https://evil.example\\@api.example.org/', 'egress'],
  ['a backslash for a slash', 'https:\\\\api.example.org/', 'egress'],
  ['three slashes', 'https:///api.example.org/', 'egress'],
  ['one slash', 'https:/api.example.org/', 'egress'],
  ['a tab in the host', 'https://api.exam\tple.org/', 'egress'],
  ['a line break in the host', 'https://api.example.org\n.evil.example/', 'egress'],
  ['a blank before it', ' https://api.example.org/', 'egress'],
  ['a character that does not show', 'https://api.example\u200b.org/', 'egress'],
  ['a Cyrillic letter', 'https://\u0430pi.example.org/', 'egress'],
  ['full width letters', 'https://ａpi.example.org/', 'egress'],
  ['an ideographic full stop', 'https://api。example.org/', 'egress'],
  ['a punycode host', 'https://xn--pi-7kc.example.net/', 'egress'],
  ['an encoded host', 'https://%61pi.example.org/', 'egress'],
  ['a dot at its end', 'https://api.example.org./', 'egress'],
  ['another port', 'https://api.example.org:8443/', 'egress'],
  ['the port of the list', 'https://api.example.com:8443/x', 'port'],
  ['without the port of the list', 'https://api.example.com/x', 'egress'],
  ['an IPv4 address', 'https://127.0.0.1/', 'egress'],
  ['an IPv4 address as a number', 'https://2130706433/', 'egress'],
  ['an IPv4 address in hexadecimal', 'https://0x7f.1/', 'egress'],
  ['an IPv6 address', 'https://[::1]/', 'egress'],
  ['below a wildcard', 'https://a.example.net/', 'below'],
  ['two below a wildcard', 'https://a.b.example.net/', 'below'],
  ['the host of the wildcard itself', 'https://example.net/', 'egress'],
  ['a host that ends like the wildcard', 'https://evilexample.net/', 'egress'],
  ['below a path', 'https://files.example.org/open/a/b', 'path'],
  ['beside a path', 'https://files.example.org/closed', 'egress'],
  ['out of a path', 'https://files.example.org/open/../closed', 'egress'],
  ['out of a path, encoded', 'https://files.example.org/open/%2e%2e/closed', 'egress'],
  ['out of a path, half encoded', 'https://files.example.org/open/..%2fclosed', 'egress'],
  [
    'out of a path, encoded twice',
    'https://files.example.org/open/%252e%252e%252fclosed',
    'egress',
  ],
  ['exactly a path', 'https://one.example.org/only/this', 'exact'],
  ['beyond exactly a path', 'https://one.example.org/only/this/too', 'egress'],
  ['a row of this project', 'https://pages.example.org/', 'ours'],
  ['a row that allows none in a pass', 'https://never.example.org/', 'egress'],
  ['a row that cannot be read', 'https://bad.x.example.org/', 'egress'],
  ['a target of a channel', 'telegram:4711', 'team'],
  ['another target of it', 'telegram:4712', 'egress'],
  ['a target that begins like it', 'telegram:4711/9', 'egress'],
  ['any target of a channel', 'mail:somebody@example.org', 'all-mail'],
  ['a star as a target', 'mail:*', 'egress'],
  ['a channel in capitals', 'TELEGRAM:4711', 'egress'],
  ['a session', 'session:main', 'main'],
  ['another session', 'session:other', 'egress'],
  ['a search', 'search:web', 'web'],
  ['nothing', '', 'egress'],
  ['very much', `https://api.example.org/${'a'.repeat(3000)}`, 'egress'],
];

for (const [what, to, expected] of CASES) {
  t.test(what, async (t) => {
    const { destination, reasons } = judgeSending(
      LIST,
      { to, content: '', project: 'pages' },
      () => 0,
    );
    t.equal(
      destination ?? [...new Set(reasons.map((one) => one.code))].join(),
      expected,
      reasons.map((one) => one.message).join('; '),
    );
  });
}

const TOKEN = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;

t.test('a credential leaves in no way', async (t) => {
  const code = (to: string, content: string): string =>
    judgeSending(LIST, { to, content, project: 'pages' }, () => 0)
      .reasons.map((one) => one.code)
      .join();
  t.match(code('telegram:4711', `the token is ${TOKEN}`), 'secret');
  t.match(code(`https://api.example.org/?q=${TOKEN}`, ''), 'secret', 'in the address');
  t.match(
    code(
      `https://api.example.org/?q=${[...TOKEN].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')}`,
      '',
    ),
    'secret',
    'encoded in the address',
  );
  t.equal(code('telegram:4711', 'the list is done'), '');
});

t.test('at once no more than the limit, and in a pass no more than the row says', async (t) => {
  const judge = (content: string, sent: number): readonly string[] =>
    judgeSending(LIST, { to: 'telegram:4711', content, project: 'pages' }, (name) =>
      name === 'team' ? sent : 0,
    ).reasons.map((one) => one.code);
  t.same(judge('a'.repeat(MAX_CONTENT), 0), []);
  t.same(judge('a'.repeat(MAX_CONTENT + 1), 0), ['egress']);
  t.same(judge('a', 4), []);
  t.same(judge('a', 5), ['egress']);
});

t.test('a row of some projects is for these', async (t) => {
  const to = 'https://pages.example.org/';
  t.equal(
    judgeSending(LIST, { to, content: '', project: 'other' }, () => 0).destination,
    undefined,
  );
  t.equal(
    judgeSending(LIST, { to, content: '', project: undefined }, () => 0).destination,
    undefined,
  );
});

t.test('a refusal does not repeat what a query holds', async (t) => {
  const { reasons } = judgeSending(
    LIST,
    { to: 'https://evil.example/collect?data=the-plan', content: '', project: 'pages' },
    () => 0,
  );
  t.notMatch(reasons.map((one) => one.message).join(), 'the-plan');
});

import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { checkManifest, isSignedBy } from '../../src/integrity/gate-manifest.js';
import {
  isPlainPath,
  MANIFEST_COLUMNS,
  parseManifest,
  signedText,
} from '../../src/integrity/manifest.js';
import { type ManifestContent, renderManifest } from '../../src/integrity/render-manifest.js';

t.setTimeout(120_000);

const HASH = 'a'.repeat(64);
const row = (file: string): ManifestContent['rows'][number] => ({
  file,
  sha256: HASH,
  signedBy: 'owner',
  signedAt: '2026-11-21T01:30:00Z',
});
const content = (rows: ManifestContent['rows']): ManifestContent => ({
  workspace: 'w-1',
  key: 'f'.repeat(32),
  signedAt: '2026-11-21T01:30:00Z',
  signature: 'c2ln',
  rows,
});

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const signed = (rows: ManifestContent['rows'], current?: string): string => {
  const { manifest } = parseManifest(renderManifest(current, { ...content(rows), signature: 'x' }));
  return renderManifest(current, {
    ...content(rows),
    signature: sign(null, Buffer.from(signedText(manifest)), privateKey).toString('base64'),
  });
};
const believed = (text: string): boolean => {
  const { manifest, problems } = parseManifest(text);
  return problems.length === 0 && isSignedBy(manifest, pem);
};

const GOOD = signed([row('SOUL.md'), row('REGISTRY.md'), row('a/b c.md')]);

t.test('a manifest that was rendered reads as what it was made of', async (t) => {
  const { manifest, problems } = parseManifest(GOOD);
  t.strictSame(problems, []);
  t.strictSame(
    manifest.rows.map(({ file, sha256, signedBy, signedAt }) => ({
      file,
      sha256,
      signedBy,
      signedAt,
    })),
    [row('REGISTRY.md'), row('SOUL.md'), row('a/b c.md')],
    'sorted by file',
  );
  t.match(manifest, { workspace: 'w-1', key: 'f'.repeat(32), signedAt: '2026-11-21T01:30:00Z' });
  t.ok(believed(GOOD));
});

t.test('any rows with any names come back, and their signature holds', async (t) => {
  const name = fc
    .string({
      unit: fc.constantFrom('a', 'B', '.', '-', '_', ' ', '|', '`', 'é', '<', '#', '1'),
      minLength: 1,
      maxLength: 8,
    })
    .filter((text) => isPlainPath(text) && text.trim() === text && text !== '-');
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
        { maxLength: 8 },
      ),
      (files) => {
        const text = signed(files.map(row));
        return (
          believed(text) &&
          parseManifest(text)
            .manifest.rows.map((one) => one.file)
            .join('\n') === [...files].sort().join('\n')
        );
      },
    ),
    { numRuns: 300 },
  );
  t.pass('held');
});

t.test('the owner’s words around the table and in the front matter stay', async (t) => {
  const mine =
    '---\r\n# mine\r\nnote: keep\r\nworkspace: old\r\n---\r\n\r\n# My manifest\r\n\r\nProse before.\r\n\r\n## Protected files\r\n\r\nSentence.\r\n\r\n| File | SHA256 | Signed by | Signed at |\r\n|:--|---|---|---|\r\n| x | y | z |\r\n\r\nProse after.\r\n\r\n## More\r\n\r\n| a |\r\n|---|\r\n';
  const text = signed([row('SOUL.md')], mine);
  t.ok(believed(text));
  for (const kept of [
    '# mine\r\n',
    'note: keep\r\n',
    'Prose before.',
    'Sentence.',
    'Prose after.',
    '## More\r\n\r\n| a |\r\n|---|\r\n',
  ])
    t.ok(text.includes(kept), JSON.stringify(kept));
  t.notMatch(text, /old|\| y \|/);
  t.notMatch(text.replaceAll('\r\n', ''), /\n/, 'line endings stay too');
  t.equal(signed([row('SOUL.md')], text), text, 'rendering again changes nothing');
  t.ok(believed(signed([row('SOUL.md')], '# No front matter, no table\n')));
  t.ok(believed(signed([row('SOUL.md')], '\ufeff# With a BOM')));
  t.ok(
    believed(
      signed([row('SOUL.md')], '---\nworkspace: 1\nworkspace: 2\n- what is this\nkey: "x\n---\n'),
    ),
    'a line that cannot be read becomes a comment or is rewritten',
  );
});

t.test('no byte of a signed manifest can be changed, taken out or put in unseen', async (t) => {
  const bytes = Buffer.from(GOOD);
  const holds = (changed: Buffer): boolean => {
    try {
      return believed(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(changed));
    } catch {
      return false;
    }
  };
  t.ok(holds(bytes));
  for (let i = 0; i < bytes.length; i++) {
    for (const mask of [0x01, 0x04, 0x20, 0x80]) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ mask;
      if (holds(changed)) t.fail(`byte ${i} with ${mask} flipped was not seen`);
    }
    if (holds(Buffer.concat([bytes.subarray(0, i), bytes.subarray(i + 1)])))
      t.fail(`byte ${i} taken out was not seen`);
    if (holds(Buffer.concat([bytes.subarray(0, i), Buffer.from('\n'), bytes.subarray(i)])))
      t.fail(`a line break put in at ${i} was not seen`);
  }
});

t.test('a second spelling of the signature is not the signature', async (t) => {
  const { signature } = parseManifest(GOOD).manifest;
  const last = signature.at(-3) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const twin = `${signature.slice(0, -3)}${alphabet[alphabet.indexOf(last) + 1]}==`;
  t.strictSame(Buffer.from(twin, 'base64'), Buffer.from(signature, 'base64'), 'the same bytes');
  t.notOk(believed(GOOD.replace(signature, twin)));
  t.notOk(believed(GOOD.replace(signature, `${signature}!`)));
});

t.test(
  'a manifest that names another key than the one that signed it is not believed',
  async (t) => {
    const trust = {
      root: '/',
      workspaceId: 'w-1',
      fingerprint: 'e'.repeat(32),
      publicKey: pem,
      pinnedAt: '',
      signedAt: '',
    };
    t.match(checkManifest(parseManifest(GOOD), trust), [
      { problem: 'manifest-replaced', message: /names the key ffff/ },
    ]);
    t.strictSame(checkManifest(parseManifest(GOOD), { ...trust, fingerprint: 'f'.repeat(32) }), []);
  },
);

const CASES: readonly (readonly [
  does: string,
  change: (text: string) => string,
  message: RegExp,
  line: number,
])[] = [
  ['no front matter', (text) => text.replace(/^---[^]*?---\n/, ''), /front matter/, 1],
  ['a front matter that is not closed', (text) => text.replace(/\n---\n/, '\n'), /front matter/, 1],
  ['no signature field', (text) => text.replace(/signature: .*\n/, ''), /no signature/, 1],
  ['a field twice', (text) => text.replace('key: ', 'key: x\nkey: '), /key twice/, 4],
  ['a nested value', (text) => text.replace('key: ', 'key:\n  a: '), /not "key: value"/, 4],
  [
    'a quoted value',
    (text) => text.replace('workspace: w-1', 'workspace: "w-1"'),
    /not "key: value"/,
    2,
  ],
  [
    'a blank after a value',
    (text) => text.replace('workspace: w-1', 'workspace: w-1 '),
    /not "key: value"/,
    2,
  ],
  ['no heading', (text) => text.replace('## Protected files', '## Files'), /no heading/, 1],
  ['the heading twice', (text) => `${text}\n## Protected files\n`, /two headings/, 20],
  ['no table', (text) => text.replaceAll('|', '!'), /no table/, 12],
  ['other columns', (text) => text.replace('SHA256', 'MD5'), /columns/, 14],
  [
    'a second table',
    (text) => `${text}\n| File | SHA256 | Signed by | Signed at |\n|---|---|---|---|\n`,
    /second table/,
    20,
  ],
  [
    'a row with a cell missing',
    (text) =>
      text.replace(
        `| REGISTRY.md | ${HASH} | owner | 2026-11-21T01:30:00Z |`,
        `| REGISTRY.md | ${HASH} | owner |`,
      ),
    /3 cells/,
    16,
  ],
  [
    'a row with a cell too many',
    (text) => text.replace('| REGISTRY.md |', '| REGISTRY.md | x |'),
    /5 cells/,
    16,
  ],
  ['a hash in capitals', (text) => text.replace(HASH, HASH.toUpperCase()), /64 lower-case hex/, 16],
  ['a short hash', (text) => text.replace(HASH, HASH.slice(1)), /64 lower-case hex/, 16],
  ['no hash', (text) => text.replace(HASH, '-'), /64 lower-case hex/, 16],
  [
    'the same file twice',
    (text) => text.replace('| SOUL.md |', '| REGISTRY.md |'),
    /already has a row, on line 16/,
    17,
  ],
  [
    'a path that climbs',
    (text) => text.replace('| SOUL.md |', '| ../SOUL.md |'),
    /not the path/,
    17,
  ],
  ['an absolute path', (text) => text.replace('| SOUL.md |', '| /SOUL.md |'), /not the path/, 17],
  [
    'a path with a backslash',
    (text) => text.replace('| SOUL.md |', '| a\\b.md |'),
    /not the path/,
    17,
  ],
  ['no path', (text) => text.replace('| SOUL.md |', '| - |'), /not the path/, 17],
  [
    'a signer of two lines',
    (text) => text.replace('| owner |', '| own<br>er |'),
    /one line of plain text/,
    16,
  ],
  [
    'a time that is none',
    (text) => text.replace('owner | 2026-11-21T01:30:00Z', 'owner | yesterday'),
    /UTC time/,
    16,
  ],
];

t.test('what cannot be read exactly is named with its line', async (t) => {
  for (const [does, change, message, line] of CASES) {
    const { problems } = parseManifest(change(GOOD));
    t.ok(
      problems.some((problem) => message.test(problem.message) && problem.line === line),
      `${does}: ${JSON.stringify(problems)}`,
    );
  }
  t.equal(MANIFEST_COLUMNS.length, 4);
});

t.test(
  'the order of the rows does not matter to their reading, and a template has empty fields',
  async (t) => {
    const { manifest, problems } = parseManifest(
      `---\nworkspace: null\nkey: ~\nsigned_at:\nsignature: null\n---\n## Protected files\n\n| File | SHA256 | Signed by | Signed at |\n|---|---|---|---|\n| b | ${HASH} | - | - |\n| a | ${HASH} | — | |\n`,
    );
    t.strictSame(problems, []);
    t.match(manifest, {
      workspace: '',
      key: '',
      signedAt: '',
      signature: '',
      rows: [
        { file: 'b', signedBy: '', signedAt: '', line: 11 },
        { file: 'a', signedBy: '', signedAt: '', line: 12 },
      ],
    });
  },
);

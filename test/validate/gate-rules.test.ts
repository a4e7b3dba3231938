/** The four rules that report what the gate finds: each tampering, under its rule, at its place. */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { RULES } from '../../src/validate/rules.js';
import { type ValidateOptions, validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { type MadeWorkspace, makeWorkspace } from '../support/make-workspace.js';
import { placeText } from './edit-workspace.js';

const IDS = ['protected-set', 'manifest-hash', 'manifest-signature', 'log-chain'];
const MANIFEST = 'INTEGRITY-MANIFEST.md';
const AUDIT = 'audit/AUDIT-LOG.md';

const read = ({ root }: MadeWorkspace, file: string): string =>
  readFileSync(join(root, file), 'utf8');
const write = ({ root }: MadeWorkspace, file: string, text: string): void =>
  writeFileSync(join(root, file), text);
const edit = (made: MadeWorkspace, file: string, from: string | RegExp, to: string): void => {
  const before = read(made, file);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} does not contain ${String(from)}`);
  write(made, file, after);
};
const log = (made: MadeWorkspace, ...results: readonly string[]): void => {
  for (const result of results)
    made.workspace.commit({
      actor: { kind: 'owner', name: 'owner' },
      runId: '',
      reason: 'test',
      changes: [],
      audit: [{ step: '', type: 'note', target: '-', authorisation: '-', result, detail: '-' }],
    });
};

/** `FILE:line:column-end` of a text on its only line; the whole line when nothing is named. */
function place(made: MadeWorkspace, file: string, lineWith: string, text?: string): string {
  const lines = read(made, file).split('\n');
  const line = lines.findIndex((one) => one.includes(lineWith));
  const at = text === undefined ? 0 : (lines[line]?.indexOf(text) ?? -1);
  if (line < 0 || at < 0) throw new Error(`${file} has no line with ${lineWith}`);
  return `${file}:${line + 1}:${at + 1}-${at + 1 + (text ?? lines[line] ?? '').length}`;
}

const badSignature = (made: MadeWorkspace): string =>
  `${place(made, MANIFEST, 'signature:', /signature: (\S+)/.exec(read(made, MANIFEST))?.[1])} error manifest-signature`;
const hashOf = (made: MadeWorkspace, file: string): string =>
  new RegExp(`^\\| ${file.replace('.', '\\.')} \\| (\\w{64}) `, 'm').exec(
    read(made, MANIFEST),
  )?.[1] ?? '';

async function found(
  made: MadeWorkspace,
  options: ValidateOptions = { home: made.home },
): Promise<readonly string[]> {
  const diagnostics = await validateSnapshot(openSnapshot(made.root, { now: made.now }), options);
  return diagnostics
    .filter((one) => IDS.includes(one.rule))
    .map((one) => `${placeText(one.range)} ${one.severity} ${one.rule}`);
}

type Case = {
  readonly name: string;
  readonly tamper: (made: MadeWorkspace) => void;
  readonly finds: (made: MadeWorkspace) => readonly string[];
};

const CASES: readonly Case[] = [
  {
    name: 'a signed workspace that nobody touched',
    tamper: (made) => log(made, 'ok'),
    finds: () => [],
  },
  {
    name: 'a protected file with one word more',
    tamper: (made) => write(made, 'SOUL.md', `${read(made, 'SOUL.md')}More.\n`),
    finds: (made) => [
      `${place(made, MANIFEST, '| SOUL.md |', hashOf(made, 'SOUL.md'))} error manifest-hash`,
    ],
  },
  {
    name: 'a protected file that is gone',
    tamper: (made) => unlinkSync(join(made.root, 'IDENTITY.md')),
    finds: (made) => [
      `${place(made, MANIFEST, '| IDENTITY.md |', 'IDENTITY.md')} error manifest-hash`,
    ],
  },
  {
    name: 'a protected file that nobody signed',
    tamper: (made) => write(made, 'orchestration-os/OPS-NEW.md', '# New\n'),
    finds: () => ['orchestration-os/OPS-NEW.md:1:1-1 error protected-set'],
  },
  {
    name: 'a row for a file that is not protected',
    tamper: (made) =>
      edit(
        made,
        MANIFEST,
        /^(\| SOUL\.md \|.*)$/m,
        `$1\n| MEMORY.md | ${'0'.repeat(64)} | owner | 2026-11-21T01:30:00Z |`,
      ),
    finds: (made) => [
      badSignature(made),
      `${place(made, MANIFEST, '| MEMORY.md |', '0'.repeat(64))} error manifest-hash`,
    ],
  },
  {
    name: 'a file that R3 does not protect any more',
    tamper: (made) =>
      edit(made, 'REGISTRY.md', '| `IDENTITY.md` | PROTECTED |', '| `IDENTITY.md` | STANDARD |'),
    finds: (made) => [
      `${place(made, MANIFEST, '| REGISTRY.md |', hashOf(made, 'REGISTRY.md'))} error manifest-hash`,
      `${place(made, MANIFEST, '| IDENTITY.md |', 'IDENTITY.md')} error protected-set`,
    ],
  },
  {
    name: 'a row taken out with its file unchanged',
    tamper: (made) => edit(made, MANIFEST, /^\| SOUL\.md \|.*\n/m, ''),
    finds: (made) => [badSignature(made), 'SOUL.md:1:1-1 error protected-set'],
  },
  {
    name: 'a hash made to fit a changed file',
    tamper: (made) => edit(made, MANIFEST, hashOf(made, 'SOUL.md'), 'f'.repeat(64)),
    finds: (made) => [
      badSignature(made),
      `${place(made, MANIFEST, '| SOUL.md |', 'f'.repeat(64))} error manifest-hash`,
    ],
  },
  {
    name: 'a signature taken out',
    tamper: (made) => edit(made, MANIFEST, /^signature: .*$/m, 'signature: null'),
    finds: (made) => [`${place(made, MANIFEST, 'signature:', 'null')} error manifest-signature`],
  },
  {
    name: 'the manifest of another key',
    tamper: (made) => edit(made, MANIFEST, made.key.fingerprint, 'sha256:0000000000000000'),
    finds: (made) => [
      `${place(made, MANIFEST, 'key:', 'sha256:0000000000000000')} error manifest-signature`,
      badSignature(made),
    ],
  },
  {
    name: 'a line of front matter that is nothing',
    tamper: (made) => edit(made, MANIFEST, 'signed_at:', 'signed at:'),
    finds: (made) => [
      `${MANIFEST}:1:1-4 error manifest-signature`,
      `${place(made, MANIFEST, 'signed at:')} error manifest-signature`,
      badSignature(made),
    ],
  },
  {
    name: 'a row of a log that was edited',
    tamper: (made) => {
      log(made, 'refused', 'ok', 'ok');
      edit(made, AUDIT, '| refused |', '| allowed |');
    },
    finds: (made) => [`${place(made, AUDIT, '| allowed |')} error log-chain`],
  },
  {
    name: 'a log whose last row was cut off',
    tamper: (made) => {
      log(made, 'ok', 'refused');
      edit(made, AUDIT, /^.*\| refused \|.*\n/m, '');
    },
    finds: (made) => [`${AUDIT}:${read(made, AUDIT).split('\n').length}:1-1 error log-chain`],
  },
  {
    name: 'a log that is gone',
    tamper: (made) => unlinkSync(join(made.root, 'audit/APPROVAL-CHAIN.md')),
    finds: () => ['audit/APPROVAL-CHAIN.md:1:1-1 error log-chain'],
  },
  {
    name: 'anchors that are not what nocturne wrote',
    tamper: (made) => writeFileSync(join(made.workspace.state, 'anchors.json'), '[]'),
    finds: () => [`${AUDIT}:1:1-1 error log-chain`],
  },
  {
    name: 'a mistake in REGISTRY.md is reported as one',
    tamper: (made) =>
      edit(made, 'REGISTRY.md', '| `MEMORY.md` | STANDARD |', '| `MEMORY.md` | STANDRAD |'),
    finds: (made) => [
      `${place(made, MANIFEST, '| REGISTRY.md |', hashOf(made, 'REGISTRY.md'))} error manifest-hash`,
    ],
  },
];

for (const one of CASES) {
  t.test(one.name, async (t) => {
    const made = makeWorkspace(t.testdir());
    one.tamper(made);
    const expected = [...one.finds(made)].sort();
    t.same([...(await found(made))].sort(), expected);
    t.equal(verifyGate(made.root, made.home).ok, expected.length === 0, 'the gate says the same');
    const errorsIn = new Set(expected.map((line) => line.replace(/:.*/, '')));
    const asked = await found(made, { home: made.home, errorsIn });
    t.same([...asked].sort(), expected, 'who asks for the errors of these files gets them');
    t.same(
      await validateSnapshot(openSnapshot(made.root, { now: made.now }), { only: IDS }),
      [],
      'without a home nothing is said',
    );
  });
}

t.test('a template that nobody owns yet is no mistake', async (t) => {
  const made = makeWorkspace(t.testdir(), { unsigned: true });
  t.same(await found(made), [
    `${place(made, MANIFEST, 'signature:', 'null')} info manifest-signature`,
  ]);
});

t.test('a workspace that was copied is not trusted where it is now', async (t) => {
  const directory = t.testdir({ elsewhere: {} });
  const made = makeWorkspace(directory);
  t.same(await found(made, { home: join(directory, 'elsewhere') }), [
    `${place(made, MANIFEST, 'key:', made.key.fingerprint)} error manifest-signature`,
  ]);
});

t.test('none of it can be silenced', async (t) => {
  const made = makeWorkspace(t.testdir());
  edit(
    made,
    MANIFEST,
    /^(\| SOUL\.md \|.*)$/m,
    `$1\n\n<!-- nocturne-ignore-file manifest-hash: it is late -->`,
  );
  write(made, 'SOUL.md', `${read(made, 'SOUL.md')}\n`);
  t.ok((await found(made)).some((line) => line.endsWith('error manifest-hash')));
  for (const id of IDS) t.equal(RULES.find((rule) => rule.id === id)?.suppressible, 'never', id);
});

import { verify as verifySignature } from 'node:crypto';
import {
  cpSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { acceptLogs, changedLogs } from '../../src/integrity/accept-logs.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { parseManifest } from '../../src/integrity/manifest.js';
import { createOwnerKey } from '../../src/integrity/owner-key.js';
import { type SignOptions, type SignResult, signManifest } from '../../src/integrity/sign.js';
import { signingPlan } from '../../src/integrity/signing-plan.js';
import { readTrust } from '../../src/integrity/trust.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { type MadeWorkspace, makeWorkspace } from '../support/make-workspace.js';

t.setTimeout(120_000);

const LATER = new Date('2026-11-22T08:00:00Z');
const MANIFEST = 'INTEGRITY-MANIFEST.md';
const read = ({ root }: MadeWorkspace, file: string): string =>
  readFileSync(join(root, file), 'utf8');
const edit = (made: MadeWorkspace, file: string, text = '\nOne sentence more.\n'): void =>
  writeFileSync(join(made.root, file), read(made, file) + text);
const sign = (
  made: MadeWorkspace,
  files: SignOptions['files'],
  more: Partial<SignOptions> = {},
): SignResult =>
  signManifest(made.workspace, { files, key: made.key, signedBy: 'owner', now: LATER, ...more });
const rows = (made: MadeWorkspace): Map<string, string> =>
  new Map(parseManifest(read(made, MANIFEST)).manifest.rows.map((row) => [row.file, row.signedAt]));
const auditLines = (made: MadeWorkspace): string[] =>
  read(made, 'audit/AUDIT-LOG.md')
    .split('\n')
    .filter((line) => /^\| \d/.test(line));

t.test('the first signature makes somebody the owner', async (t) => {
  const made = makeWorkspace(t.testdir(), { unsigned: true });
  t.equal(readTrust(made.workspace.state), undefined);
  const result = sign(made, 'all');
  t.equal(result.pinned, true);
  t.ok(result.signed.every((change) => change.kind === 'new'));
  t.strictSame(
    result.anchored.map((log) => [log.file, log.after.rows]),
    [
      ['audit/APPROVAL-CHAIN.md', 0],
      ['audit/APPROVALS.md', 0],
      ['audit/AUDIT-LOG.md', 0],
      ['audit/CHANGE-LOG.md', 0],
      ['audit/SESSION-REGISTRY.md', 0],
      ['audit/channel-log.jsonl', 0],
      ['audit/job-log.jsonl', 0],
      ['audit/mesh-log.jsonl', 0],
      ['audit/plan-log.jsonl', 0],
      ['audit/task-log.jsonl', 0],
    ],
  );
  const { manifest } = parseManifest(read(made, MANIFEST));
  t.match(readTrust(made.workspace.state), {
    root: made.root,
    workspaceId: manifest.workspace,
    fingerprint: made.key.fingerprint,
    publicKey: made.key.publicKey,
    signedAt: '2026-11-22T08:00:00Z',
  });
  t.match(manifest.workspace, /^w-[0-9a-f]{16}$/);
  t.equal(auditLines(made).length, 1);
  t.match(
    auditLines(made)[0],
    new RegExp(`\\| sign \\| ${MANIFEST} \\| ${made.key.fingerprint} \\| signed \\|`),
  );
  t.strictSame(verifyGate(made.root, made.home).findings, []);
});

t.test('an edit of the owner’s is shown with both texts, and signed', async (t) => {
  const made = makeWorkspace(t.testdir());
  const before = read(made, 'SOUL.md');
  edit(made, 'SOUL.md');
  const plan = signingPlan(made.workspace.snapshot(), made.home);
  t.equal(plan.baseline, 'manifest');
  t.match(plan.changed, [
    { file: 'SOUL.md', kind: 'changed', before, after: `${before}\nOne sentence more.\n` },
  ]);
  t.equal(plan.changed.length + plan.unchanged, rows(made).size);
  t.match(sign(made, ['SOUL.md']).signed, [{ file: 'SOUL.md' }]);
  t.equal(rows(made).get('SOUL.md'), '2026-11-22T08:00:00Z');
  t.equal(
    rows(made).get('REGISTRY.md'),
    '2026-11-21T01:30:00Z',
    'what did not change keeps its date',
  );
  t.ok(verifyGate(made.root, made.home).ok);
  t.strictSame(signingPlan(made.workspace.snapshot(), made.home).changed, []);
  t.match(read(made, 'audit/CHANGE-LOG.md'), /SOUL\.md/, 'the edit is in the change log');
});

t.test('new and removed protected files are signed as such', async (t) => {
  const made = makeWorkspace(t.testdir());
  writeFileSync(join(made.root, 'orchestration-os', 'OPS-NEW.md'), '# New\n');
  unlinkSync(join(made.root, 'IDENTITY.md'));
  const plan = signingPlan(made.workspace.snapshot(), made.home);
  t.match(plan.changed, [
    { file: 'IDENTITY.md', kind: 'gone', after: undefined },
    { file: 'orchestration-os/OPS-NEW.md', kind: 'new', before: undefined, after: '# New\n' },
  ]);
  t.match(plan.changed[0]?.before, /\S/);
  sign(made, 'all');
  t.ok(verifyGate(made.root, made.home).ok);
  t.notOk(rows(made).has('IDENTITY.md'));
  t.ok(rows(made).has('orchestration-os/OPS-NEW.md'));
});

t.test('signing one file does not sign another unseen', async (t) => {
  const made = makeWorkspace(t.testdir());
  edit(made, 'SOUL.md');
  edit(made, 'USER.md');
  t.throws(() => sign(made, ['SOUL.md']), { code: 'REFUSED', message: /USER\.md/ });
  t.equal(rows(made).get('SOUL.md'), '2026-11-21T01:30:00Z', 'nothing was signed');
  t.equal(sign(made, ['SOUL.md', 'USER.md']).signed.length, 2);
  t.ok(verifyGate(made.root, made.home).ok);
});

t.test('signing what did not change writes nothing', async (t) => {
  const made = makeWorkspace(t.testdir());
  const before = read(made, MANIFEST);
  for (const files of ['all', ['SOUL.md']] as const)
    t.match(sign(made, files), { signed: [], pinned: false, anchored: [], commit: undefined });
  t.equal(read(made, MANIFEST), before);
  t.ok(verifyGate(made.root, made.home).ok);
});

t.test('a file that is not protected cannot be signed', async (t) => {
  const made = makeWorkspace(t.testdir());
  t.throws(() => sign(made, ['NOTIFICATIONS.md']), {
    code: 'NOT_FOUND',
    message: /NOTIFICATIONS\.md is not a protected file/,
  });
  t.throws(() => sign(made, ['no-such-file.md']), { code: 'NOT_FOUND' });
});

t.test('a file and its row changed together are not signed unseen', async (t) => {
  const made = makeWorkspace(t.testdir());
  const good = read(made, 'SOUL.md');
  edit(made, 'SOUL.md', 'obey me\n');
  const hash = made.workspace.snapshot().hash('SOUL.md') ?? '';
  writeFileSync(
    join(made.root, MANIFEST),
    read(made, MANIFEST).replace(/(\| SOUL\.md \| )[0-9a-f]{64}/, `$1${hash}`),
  );
  const plan = signingPlan(made.workspace.snapshot(), made.home);
  t.equal(plan.baseline, 'copy');
  t.match(plan.changed, [{ file: 'SOUL.md', kind: 'changed', before: good }]);
  t.throws(() => sign(made, ['USER.md']), { code: 'REFUSED', message: /SOUL\.md/ });
});

t.test('a manifest that was changed, and nothing else, is made good by signing', async (t) => {
  const made = makeWorkspace(t.testdir());
  writeFileSync(
    join(made.root, MANIFEST),
    read(made, MANIFEST).replace(/signature: ..../, 'signature: AAAA'),
  );
  t.notOk(verifyGate(made.root, made.home).ok);
  t.strictSame(sign(made, 'all').signed, []);
  t.ok(verifyGate(made.root, made.home).ok);
});

t.test('without anything that can be believed every file counts as new', async (t) => {
  const made = makeWorkspace(t.testdir());
  rmSync(join(made.workspace.state, 'signed-manifest.md'));
  unlinkSync(join(made.root, MANIFEST));
  const plan = signingPlan(made.workspace.snapshot(), made.home);
  t.equal(plan.baseline, 'none');
  t.ok(plan.changed.every((change) => change.kind === 'new'));
  sign(made, 'all');
  t.ok(verifyGate(made.root, made.home).ok, 'a missing manifest is made anew');
});

t.test('only the owner’s key signs', async (t) => {
  const made = makeWorkspace(t.testdir());
  edit(made, 'SOUL.md');
  const other = createOwnerKey(join(made.home, 'other'));
  t.throws(() => sign(made, 'all', { key: other }), {
    code: 'NOT_TRUSTED',
    message: new RegExp(`${made.key.fingerprint}, not to ${other.fingerprint}`),
  });
});

t.test('a protected name that is no regular file cannot be signed', async (t) => {
  const made = makeWorkspace(t.testdir());
  unlinkSync(join(made.root, 'SOUL.md'));
  symlinkSync('USER.md', join(made.root, 'SOUL.md'));
  t.throws(() => sign(made, 'all'), { code: 'REFUSED', message: /SOUL\.md/ });
});

t.test('trust that the workspace itself could change is none', async (t) => {
  const made = makeWorkspace(t.testdir());
  const home = join(made.root, 'memory', 'home');
  cpSync(made.home, home, { recursive: true });
  const inside = openWorkspace(made.root, { home, clock: fixedClock(LATER) });
  t.match(verifyGate(made.root, home), {
    ok: false,
    findings: [{ problem: 'untrusted', message: /is inside the workspace/ }],
  });
  t.throws(
    () => signManifest(inside, { files: 'all', key: made.key, signedBy: 'owner', now: LATER }),
    { code: 'CONFIG', message: /is inside the workspace/ },
  );
});

t.test('a registry that does not say what is protected cannot be signed', async (t) => {
  const made = makeWorkspace(t.testdir());
  const good = read(made, 'REGISTRY.md');
  writeFileSync(
    join(made.root, 'REGISTRY.md'),
    good.replace('| `SOUL.md` | PROTECTED |', '| `SOUL.md` | PROTECTD |'),
  );
  t.throws(() => sign(made, 'all'), { code: 'SCHEMA', place: { file: 'REGISTRY.md' } });
  writeFileSync(join(made.root, 'REGISTRY.md'), good.replace('## R3 Routes', '## Routes'));
  t.throws(() => sign(made, 'all'), { code: 'SCHEMA' });
});

t.test('a manifest whose table cannot be found is refused with its line', async (t) => {
  const made = makeWorkspace(t.testdir());
  writeFileSync(join(made.root, MANIFEST), `${read(made, MANIFEST)}\n## Protected files\n`);
  t.throws(() => sign(made, 'all'), {
    code: 'BAD_VALUE',
    message: /INTEGRITY-MANIFEST\.md cannot be signed because of line \d+/,
  });
});

t.test('a log that is not whole keeps a workspace from being owned', async (t) => {
  const made = makeWorkspace(t.testdir(), { unsigned: true });
  edit(
    made,
    'audit/AUDIT-LOG.md',
    '| 1 | 2026-11-21T01:30:00Z | - | - | x | - | - | done | - | 00000000000000000000000000000000 |\n',
  );
  t.throws(() => sign(made, 'all'), {
    code: 'GATE',
    message: /audit\/AUDIT-LOG\.md:\d+ \(row 1\) is edited/,
  });
  t.equal(readTrust(made.workspace.state), undefined);
  t.match(read(made, MANIFEST), /signature: null/);
});

t.test('a log that the owner adds to the registry is anchored with the signature', async (t) => {
  const made = makeWorkspace(t.testdir());
  const registry = read(made, 'REGISTRY.md')
    .replace(
      '| INVOCATION | `audit/APPROVAL-CHAIN.md`',
      '| VISIT | `audit/VISITS.md` | log | `## Visits` | - | owner | owner |\n| INVOCATION | `audit/APPROVAL-CHAIN.md`',
    )
    .replace(
      '| `audit/APPROVAL-CHAIN.md` | APPEND',
      '| `audit/VISITS.md` | APPEND | - | visits |\n| `audit/APPROVAL-CHAIN.md` | APPEND',
    )
    .replace(
      '| INVOCATION | id |',
      '| VISIT | time | datetime | yes | - | - | bundle |\n| VISIT | chain | token | yes | - | - | bundle |\n| INVOCATION | id |',
    );
  writeFileSync(join(made.root, 'REGISTRY.md'), registry);
  t.throws(() => sign(made, ['REGISTRY.md']), {
    code: 'GATE',
    message: /audit\/VISITS\.md is missing/,
  });
  writeFileSync(
    join(made.root, 'audit/VISITS.md'),
    '# Visits\n\n## Visits\n\n| Time | Chain |\n|---|---|\n',
  );
  t.match(sign(made, ['REGISTRY.md']).anchored, [
    { file: 'audit/VISITS.md', before: undefined, after: { rows: 0 } },
  ]);
  t.ok(verifyGate(made.root, made.home).ok);
});

t.test('a log that the owner takes out of the registry is not asked for any more', async (t) => {
  const made = makeWorkspace(t.testdir());
  writeFileSync(
    join(made.root, 'REGISTRY.md'),
    read(made, 'REGISTRY.md')
      .replace(/^### (?:pa_invoke|INVOCATION)\n[^]*?(?=^#{2,3} )/gm, '')
      .replace(/^\| INVOCATION .*\n/gm, '')
      .replace(/^.*(?:BUNDLE:pa_invoke|OBJECT:INVOCATION).*\n/gm, '')
      .replace(/^.*`audit\/APPROVAL-CHAIN\.md`.*\n/gm, ''),
  );
  unlinkSync(join(made.root, 'audit/APPROVAL-CHAIN.md'));
  t.ok(
    verifyGate(made.root, made.home).findings.some((finding) => finding.problem === 'log-missing'),
    'before it is signed it is',
  );
  sign(made, ['REGISTRY.md']);
  t.strictSame(verifyGate(made.root, made.home).findings, []);
});

t.test('who signs is a name', async (t) => {
  const made = makeWorkspace(t.testdir());
  edit(made, 'SOUL.md');
  for (const signedBy of ['', '-', ' x', 'a\nb', 'a\tb'])
    t.throws(
      () => sign(made, 'all', { signedBy }),
      { code: 'BAD_VALUE' },
      JSON.stringify(signedBy),
    );
  sign(made, 'all', { signedBy: 'Ada | “Countess” Lovelace' });
  t.strictSame(verifyGate(made.root, made.home).findings, []);
});

t.test(
  'a workspace that its owner moved is signed there and keeps its name and its anchors',
  async (t) => {
    const made = makeWorkspace(t.testdir());
    const id = readTrust(made.workspace.state)?.workspaceId;
    const moved = `${made.root}-moved`;
    renameSync(made.root, moved);
    const there = openWorkspace(moved, { home: made.home, clock: fixedClock(LATER) });
    const at: MadeWorkspace = { ...made, root: there.root, workspace: there };
    const good = read(at, 'audit/AUDIT-LOG.md');
    writeFileSync(
      join(moved, 'audit/AUDIT-LOG.md'),
      good.slice(0, good.trimEnd().lastIndexOf('\n') + 1),
    );
    t.match(sign(at, 'all'), { pinned: true, signed: [] });
    t.match(
      verifyGate(moved, made.home).findings,
      [{ file: 'audit/AUDIT-LOG.md', problem: 'truncated' }],
      'what was cut off on the way is still seen',
    );
    writeFileSync(join(moved, 'audit/AUDIT-LOG.md'), good);
    t.ok(verifyGate(moved, made.home).ok);
    t.equal(readTrust(there.state)?.workspaceId, id);
  },
);

t.test('a copy becomes a workspace of its own', async (t) => {
  const made = makeWorkspace(t.testdir());
  cpSync(made.root, `${made.root}-copy`, { recursive: true });
  const copy = openWorkspace(`${made.root}-copy`, { home: made.home, clock: fixedClock(LATER) });
  sign({ ...made, root: copy.root, workspace: copy }, 'all');
  t.ok(verifyGate(copy.root, made.home).ok);
  t.ok(verifyGate(made.root, made.home).ok, 'the original as well');
  t.not(readTrust(copy.state)?.workspaceId, readTrust(made.workspace.state)?.workspaceId);
});

t.test(
  'the same workspace on another machine of the owner’s is trusted by signing once',
  async (t) => {
    const made = makeWorkspace(t.testdir());
    const home = `${made.home}-2`;
    cpSync(join(made.home, 'keys'), join(home, 'keys'), { recursive: true });
    const there = openWorkspace(made.root, { home, clock: fixedClock(LATER) });
    t.match(verifyGate(made.root, home).findings, [{ problem: 'untrusted' }]);
    t.equal(signingPlan(there.snapshot(), home).baseline, 'manifest');
    t.match(sign({ ...made, home, workspace: there }, 'all'), {
      pinned: true,
      signed: [],
      commit: undefined,
    });
    t.ok(verifyGate(made.root, home).ok);
    t.ok(verifyGate(made.root, made.home).ok);
  },
);

t.test(
  'the owner can accept a log that differs from its anchor, and the log says so',
  async (t) => {
    const made = makeWorkspace(t.testdir());
    edit(made, 'SOUL.md');
    sign(made, 'all');
    const good = read(made, 'audit/AUDIT-LOG.md');
    writeFileSync(
      join(made.root, 'audit/AUDIT-LOG.md'),
      good.slice(0, good.trimEnd().lastIndexOf('\n') + 1),
    );
    t.notOk(verifyGate(made.root, made.home).ok);
    const owner = {
      key: made.key,
      signedBy: 'owner',
      reason: 'restored from last night’s backup',
      aside: 'aside',
    };
    const unshipped = (): undefined => undefined;
    const changed = changedLogs(made.workspace, ['audit/AUDIT-LOG.md'], unshipped);
    t.match(changed, [{ file: 'audit/AUDIT-LOG.md', before: { rows: 2 }, after: { rows: 1 } }]);
    t.match(changed[0]?.message, /the last row was cut off/);
    const stranger = createOwnerKey(join(made.home, 'other'));
    t.throws(() => acceptLogs(made.workspace, changed, { ...owner, key: stranger }), {
      code: 'NOT_TRUSTED',
    });
    t.throws(() => changedLogs(made.workspace, ['SOUL.md'], unshipped), { code: 'NOT_FOUND' });
    const shorter = changed.map((log) => ({ ...log, after: { ...log.after, rows: 0 } }));
    t.throws(
      () => acceptLogs(made.workspace, shorter, owner),
      { code: 'CONFLICT' },
      'only what was shown is accepted',
    );
    t.notOk(verifyGate(made.root, made.home).ok);
    acceptLogs(made.workspace, changed, owner);
    t.ok(verifyGate(made.root, made.home).ok);
    const row = made.workspace.snapshot().records('AUDIT').at(-1);
    t.match(auditLines(made).at(-1), /anchor .*2 rows .* to 1 row [0-9a-f].*backup/);
    const [statement = '', signature = ''] = fieldText(row, 'detail').split('; signature ');
    t.ok(
      verifySignature(
        null,
        Buffer.from(statement),
        made.key.publicKey,
        Buffer.from(signature, 'base64'),
      ),
      'the row is signed by the owner',
    );
    t.same(changedLogs(made.workspace, [], unshipped), []);
    writeFileSync(
      join(made.root, 'audit/AUDIT-LOG.md'),
      read(made, 'audit/AUDIT-LOG.md').replace('| sign |', '| sing |'),
    );
    const damaged = changedLogs(made.workspace, [], unshipped);
    t.match(damaged, [
      { file: 'audit/AUDIT-LOG.md', after: { rows: 0 }, rest: { before: String } },
    ]);
    const bytes = read(made, 'audit/AUDIT-LOG.md');
    acceptLogs(made.workspace, damaged, owner);
    t.equal(read(made, 'aside/audit/AUDIT-LOG.md'), bytes, 'the damaged log stays beside it');
    t.match(auditLines(made).at(-1), /anchor .* to 0 rows .*aside\/audit\/AUDIT-LOG\.md/);
    t.ok(verifyGate(made.root, made.home).ok, 'what is left of a broken chain is accepted');
  },
);

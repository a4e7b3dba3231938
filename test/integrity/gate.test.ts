import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { type GateReport, ruleOfProblem } from '../../src/integrity/gate-report.js';
import { createOwnerKey } from '../../src/integrity/owner-key.js';
import { signManifest } from '../../src/integrity/sign.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { type MadeWorkspace, makeWorkspace } from '../support/make-workspace.js';
import { rewritable } from './log-builder.js';

t.setTimeout(120_000);

const LATER = '2026-11-22T08:00:00Z';
const says = (report: GateReport): string[] =>
  report.findings.map((finding) => `${finding.file}: ${finding.problem}`);
const gate = ({ root, home }: MadeWorkspace): GateReport => verifyGate(root, home);

/**
 * A few entries in the logs, tables and lines of JSON: three owner's changes, each with its rows.
 */
function withHistory(made: MadeWorkspace): MadeWorkspace {
  for (const n of [1, 2, 3]) {
    made.workspace.commit({
      actor: { kind: 'owner', name: 'owner' },
      runId: '',
      reason: `change ${n}`,
      changes: [
        { kind: 'write', path: `memory/note-${n}.txt`, content: `note ${n}` },
        {
          kind: 'append',
          object: 'TASK-EVENT',
          fields: {
            schema: 1,
            time: '2026-11-21T01:30:00.000Z',
            event: 'progress',
            detail: `“${n}” \n a | b`,
          },
        },
      ],
      audit: [
        {
          step: 'T6',
          type: 'set',
          target: `memory/note-${n}.txt`,
          authorisation: 'owner',
          result: 'done',
          detail: 'a | b "c" — d',
        },
      ],
    });
  }
  return made;
}

/** Runs `look` with other bytes in a file, then puts back what was there. */
function during(
  made: MadeWorkspace,
  file: string,
  change: (bytes: Buffer) => Buffer,
  look: (report: GateReport) => void,
): void {
  const path = join(made.root, file);
  const before = readFileSync(path);
  const held = rewritable(path);
  try {
    held.set(change(before));
    look(gate(made));
  } finally {
    held.set(before);
    held.close();
  }
}

const flip =
  (at: number, mask: number) =>
  (bytes: Buffer): Buffer => {
    const changed = Buffer.from(bytes);
    changed[at % bytes.length] = (changed[at % bytes.length] ?? 0) ^ mask;
    return changed;
  };

t.test('a workspace that its owner signed passes', async (t) => {
  const made = withHistory(makeWorkspace(t.testdir()));
  const report = gate(made);
  t.strictSame(report.findings, []);
  t.match(report, {
    ok: true,
    owned: true,
    owner: { fingerprint: made.key.fingerprint, signedAt: '2026-11-21T01:30:00Z' },
  });
  t.equal(report.files, report.checked.length);
  t.ok(report.checked.some((one) => one.file === 'SOUL.md' && one.ok));
  t.ok(
    report.chains.some(
      (chain) => chain.file === 'audit/AUDIT-LOG.md' && chain.ok && chain.rows >= 4,
    ),
  );
});

t.test(
  'one byte changed in any protected file, the manifest or any log is refused, and the file is named',
  async (t) => {
    const made = withHistory(makeWorkspace(t.testdir()));
    const { checked, chains } = gate(made);
    // A log without rows has no byte to change.
    const files = [
      'INTEGRITY-MANIFEST.md',
      ...checked.map((one) => one.file),
      ...chains.map((chain) => chain.file),
    ].filter((file) => readFileSync(join(made.root, file)).length > 0);
    t.ok(files.length > 25);
    for (const file of files) {
      const size = readFileSync(join(made.root, file)).length;
      for (const at of [0, size >> 1, size - 1]) {
        during(made, file, flip(at, 1), (report) => {
          t.ok(
            !report.ok && report.findings.some((finding) => finding.file === file),
            `${file}, byte ${at}`,
          );
        });
      }
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 255 }),
        (file, at, mask) => {
          let named = false;
          during(made, file, flip(at, mask), (report) => {
            named = !report.ok && report.findings.some((finding) => finding.file === file);
          });
          return named;
        },
      ),
      { numRuns: 300 },
    );
    t.ok(gate(made).ok, 'and as before it passes');
  },
);

t.test('every byte of the seal counts', async (t) => {
  const made = makeWorkspace(t.testdir());
  const end =
    readFileSync(join(made.root, 'INTEGRITY-MANIFEST.md'), 'utf8').indexOf('\n---\n', 4) + 5;
  for (let at = 0; at < end; at++) {
    during(made, 'INTEGRITY-MANIFEST.md', flip(at, 1), (report) => {
      if (report.ok || report.findings[0]?.file !== 'INTEGRITY-MANIFEST.md') t.fail(`byte ${at}`);
    });
  }
  t.ok(gate(made).ok);
});

type Case = {
  readonly does: string;
  readonly to: (made: MadeWorkspace) => void;
  readonly expect: readonly string[];
};

const append =
  (file: string, text: string) =>
  ({ root }: MadeWorkspace) =>
    writeFileSync(join(root, file), readFileSync(join(root, file), 'utf8') + text);
const rewrite =
  (file: string, change: (text: string) => string) =>
  ({ root }: MadeWorkspace) =>
    writeFileSync(join(root, file), change(readFileSync(join(root, file), 'utf8')));
const stateOf = (made: MadeWorkspace, file: string): string => join(made.workspace.state, file);
const lines =
  (change: (lines: string[]) => string[]) =>
  (text: string): string =>
    `${change(text.trimEnd().split('\n')).join('\n')}\n`;

const CASES: readonly Case[] = [
  {
    does: 'a protected file has more text',
    to: append('SOUL.md', 'and obey'),
    expect: ['SOUL.md: file-changed'],
  },
  {
    does: 'a protected file is gone',
    to: ({ root }) => unlinkSync(join(root, 'SOUL.md')),
    expect: ['SOUL.md: file-missing'],
  },
  {
    does: 'a protected file is a link to its own content',
    to: ({ root }) => {
      renameSync(join(root, 'SOUL.md'), join(root, 'memory', 'soul.txt'));
      symlinkSync('memory/soul.txt', join(root, 'SOUL.md'));
    },
    expect: ['SOUL.md: file-special'],
  },
  {
    does: 'a protected file is a directory',
    to: ({ root }) => {
      unlinkSync(join(root, 'SOUL.md'));
      mkdirSync(join(root, 'SOUL.md'));
    },
    expect: ['SOUL.md: file-special'],
  },
  {
    does: 'a file appears where everything is protected',
    to: ({ root }) => writeFileSync(join(root, 'orchestration-os', 'NEW.md'), 'do this'),
    expect: ['orchestration-os/NEW.md: row-missing'],
  },
  {
    does: 'a link appears where everything is protected',
    to: ({ root }) => symlinkSync('/etc', join(root, 'orchestration-os', 'more')),
    expect: ['orchestration-os/more: row-missing'],
  },
  {
    does: 'the registry is gone',
    to: ({ root }) => unlinkSync(join(root, 'REGISTRY.md')),
    expect: ['REGISTRY.md: registry'],
  },
  {
    does: 'the registry protects less',
    to: rewrite('REGISTRY.md', (text) =>
      text.replace('| `SOUL.md` | PROTECTED |', '| `SOUL.md` | STANDARD |'),
    ),
    expect: ['REGISTRY.md: file-changed', 'REGISTRY.md: registry', 'SOUL.md: row-extra'],
  },
  {
    does: 'the manifest is gone',
    to: ({ root }) => unlinkSync(join(root, 'INTEGRITY-MANIFEST.md')),
    expect: ['INTEGRITY-MANIFEST.md: manifest-missing'],
  },
  {
    does: 'the manifest is not UTF-8',
    to: ({ root }) => writeFileSync(join(root, 'INTEGRITY-MANIFEST.md'), Buffer.from([0xff, 0xfe])),
    expect: ['INTEGRITY-MANIFEST.md: manifest-missing'],
  },
  {
    does: 'the signature is taken out',
    to: rewrite('INTEGRITY-MANIFEST.md', (text) =>
      text.replace(/signature: .*/, 'signature: null'),
    ),
    expect: ['INTEGRITY-MANIFEST.md: manifest-signature'],
  },
  {
    does: 'a row is taken out',
    to: rewrite('INTEGRITY-MANIFEST.md', (text) => text.replace(/\| SOUL\.md .*\n/, '')),
    expect: ['INTEGRITY-MANIFEST.md: manifest-signature', 'SOUL.md: row-missing'],
  },
  {
    does: 'a row is added',
    to: rewrite('INTEGRITY-MANIFEST.md', (text) =>
      text.replace(/(\| )SOUL\.md( .*\n)/, '$&$1NOTIFICATIONS.md$2'),
    ),
    expect: ['INTEGRITY-MANIFEST.md: manifest-signature', 'NOTIFICATIONS.md: file-changed'],
  },
  {
    does: 'a row is malformed',
    to: rewrite('INTEGRITY-MANIFEST.md', (text) =>
      text.replace(/\| SOUL\.md \| [0-9a-f]{8}/, '| SOUL.md | xyz'),
    ),
    expect: [
      'INTEGRITY-MANIFEST.md: manifest-malformed',
      'INTEGRITY-MANIFEST.md: manifest-signature',
      'SOUL.md: file-changed',
    ],
  },
  {
    does: 'a row loses its signer',
    to: rewrite('INTEGRITY-MANIFEST.md', (text) =>
      text.replace(/(\| SOUL\.md \| [0-9a-f]{64} \|) owner/, '$1 -'),
    ),
    expect: ['INTEGRITY-MANIFEST.md: manifest-signature', 'SOUL.md: row-unsigned'],
  },
  {
    does: 'a log is gone',
    to: ({ root }) => unlinkSync(join(root, 'audit/AUDIT-LOG.md')),
    expect: ['audit/AUDIT-LOG.md: log-missing'],
  },
  {
    does: 'a log is a link',
    to: ({ root }) => {
      renameSync(join(root, 'audit/AUDIT-LOG.md'), join(root, 'audit/x.md'));
      symlinkSync('x.md', join(root, 'audit/AUDIT-LOG.md'));
    },
    expect: ['audit/AUDIT-LOG.md: log-unreadable'],
  },
  {
    does: 'the registry declares a log no longer, and the log is cut off',
    to: (made) => {
      rewrite('REGISTRY.md', (text) => text.replace(/\| AUDIT \| `.*\n/, ''))(made);
      rewrite(
        'audit/AUDIT-LOG.md',
        lines((all) => all.slice(0, -1)),
      )(made);
    },
    expect: ['REGISTRY.md: file-changed', 'audit/AUDIT-LOG.md: truncated'],
  },
  {
    does: 'the words above a log’s table change',
    to: rewrite('audit/AUDIT-LOG.md', (text) => text.replace('# Audit log', '# Audit')),
    expect: ['audit/AUDIT-LOG.md: edited'],
  },
  {
    does: 'a row of a log is edited',
    to: rewrite(
      'audit/AUDIT-LOG.md',
      lines((all) => all.map((line) => line.replace('note-2', 'note-9'))),
    ),
    expect: ['audit/AUDIT-LOG.md: edited'],
  },
  {
    does: 'a row of a log is taken out',
    to: rewrite(
      'audit/AUDIT-LOG.md',
      lines((all) => all.filter((line) => !line.includes('note-2'))),
    ),
    expect: ['audit/AUDIT-LOG.md: missing'],
  },
  {
    does: 'the last row of a log is cut off',
    to: rewrite(
      'audit/AUDIT-LOG.md',
      lines((all) => all.slice(0, -1)),
    ),
    expect: ['audit/AUDIT-LOG.md: truncated'],
  },
  {
    does: 'rows of a log are swapped',
    to: rewrite(
      'audit/AUDIT-LOG.md',
      lines((all) => [...all.slice(0, -2), all.at(-1) ?? '', all.at(-2) ?? '']),
    ),
    expect: ['audit/AUDIT-LOG.md: reordered'],
  },
  {
    does: 'a row of a log stands in it twice',
    to: rewrite(
      'audit/AUDIT-LOG.md',
      lines((all) => [...all.slice(0, -2), all.at(-3) ?? '', ...all.slice(-2)]),
    ),
    expect: ['audit/AUDIT-LOG.md: inserted'],
  },
  {
    does: 'a log has one row more',
    to: rewrite(
      'audit/AUDIT-LOG.md',
      lines((all) => [...all, all.at(-1) ?? '']),
    ),
    expect: ['audit/AUDIT-LOG.md: foreign'],
  },
  {
    does: 'the anchors are gone',
    to: (made) => unlinkSync(stateOf(made, 'anchors.json')),
    expect: [
      'audit/AUDIT-LOG.md: foreign',
      'audit/CHANGE-LOG.md: foreign',
      'audit/task-log.jsonl: foreign',
    ],
  },
  {
    does: 'the anchors are no anchors',
    to: (made) => writeFileSync(stateOf(made, 'anchors.json'), '{"logs": 1}'),
    expect: ['anchors.json: anchors'],
  },
  {
    does: 'the openings are no openings',
    to: (made) => writeFileSync(stateOf(made, 'openings.json'), 'null'),
    expect: ['openings.json: anchors'],
  },
  {
    does: 'the trust is no trust',
    to: (made) => writeFileSync(stateOf(made, 'trust.json'), '{}'),
    expect: ['trust.json: untrusted'],
  },
  {
    does: 'the trust names another key than it holds',
    to: (made) =>
      writeFileSync(
        stateOf(made, 'trust.json'),
        readFileSync(stateOf(made, 'trust.json'), 'utf8').replace(
          made.key.fingerprint,
          'f'.repeat(32),
        ),
      ),
    expect: ['trust.json: untrusted'],
  },
  {
    does: 'the trust is gone',
    to: (made) => unlinkSync(stateOf(made, 'trust.json')),
    expect: ['INTEGRITY-MANIFEST.md: untrusted'],
  },
  {
    does: 'somebody leaves a journal entry',
    to: ({ root }) => {
      mkdirSync(join(root, '.nocturne/journal'), { recursive: true });
      writeFileSync(join(root, '.nocturne/journal/tx-1.entry'), 'nocturne journal v1 00\n{}\n');
    },
    expect: ['tx-1.entry: journal'],
  },
  {
    does: 'the journal cannot be listed',
    to: ({ root }) => {
      rmSync(join(root, '.nocturne/journal'), { recursive: true, force: true });
      writeFileSync(join(root, '.nocturne/journal'), '');
    },
    expect: ['journal: journal'],
  },
];

t.test('what is wrong is named, with the file', async (t) => {
  const made = withHistory(makeWorkspace(t.testdir()));
  const restore = keepTree(dirname(made.root));
  for (const { does, to, expect } of CASES) {
    to(made);
    const report = gate(made);
    restore();
    t.notOk(report.ok, does);
    t.strictSame(
      [...says(report)].map((one) => one.replace(/^\/.*\/|^\.nocturne\/(journal\/)?/, '')).sort(),
      [...expect].sort(),
      does,
    );
    for (const finding of report.findings)
      t.ok(
        finding.message.length > 20 && (finding.hint ?? '').length > 10,
        `${does}: ${finding.message} (${finding.hint ?? ''})`,
      );
  }
  t.ok(gate(made).ok);
});

/** Reads a whole tree; what is returned puts everything back that differs from it. */
function keepTree(root: string): () => void {
  const read = (): Map<string, Buffer> => {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    return new Map(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, readFileSync(path)]),
    );
  };
  const kept = read();
  const names = new Set(readdirSync(root, { recursive: true }).map(String));
  return () => {
    for (const name of readdirSync(root, { recursive: true }).map(String)) {
      const isOurs =
        names.has(name) && lstatSync(join(root, name)).isFile() === kept.has(join(root, name));
      if (!isOurs) rmSync(join(root, name), { recursive: true, force: true });
    }
    const now = read();
    for (const [path, bytes] of kept) {
      mkdirSync(dirname(path), { recursive: true });
      if (now.get(path)?.equals(bytes) !== true) writeFileSync(path, bytes);
    }
  };
}

t.test(
  'a changed file is told with both hashes, who signed it, when, and the two ways out',
  async (t) => {
    const made = makeWorkspace(t.testdir());
    append('SOUL.md', 'x')(made);
    const [finding] = gate(made).findings;
    t.match(
      finding?.message,
      /SOUL\.md is not the version that was signed by owner at 2026-11-21T01:30:00Z: expected sha256 [0-9a-f]{8}…, found [0-9a-f]{8}…/,
    );
    t.match(finding?.hint, /restore .* nocturne sign SOUL\.md/);
  },
);

t.test('a template has no owner', async (t) => {
  const made = makeWorkspace(t.testdir(), { unsigned: true });
  t.match(gate(made), {
    ok: false,
    owned: false,
    findings: [{ file: 'INTEGRITY-MANIFEST.md', problem: 'unowned', hint: /nocturne init \./ }],
  });
});

t.test(
  'a manifest that somebody else signed is not the owner’s, however good its signature',
  async (t) => {
    const directory = t.testdir();
    const made = makeWorkspace(join(directory, 'a'));
    const thief = createOwnerKey(join(directory, 'thief'));
    const elsewhere = openWorkspace(made.root, {
      home: join(directory, 'thief'),
      clock: fixedClock(LATER),
    });
    append('SOUL.md', 'obey me')(made);
    signManifest(elsewhere, { files: 'all', key: thief, signedBy: 'owner', now: new Date(LATER) });
    t.ok(verifyGate(made.root, join(directory, 'thief')).ok, 'in the thief’s own eyes it is');
    const found = says(gate(made));
    t.ok(found.includes('INTEGRITY-MANIFEST.md: manifest-replaced'));
    t.ok(found.includes('INTEGRITY-MANIFEST.md: manifest-signature'));
  },
);

t.test('the manifest of another workspace of the same owner is refused', async (t) => {
  const directory = t.testdir();
  const made = makeWorkspace(directory);
  cpSync(made.root, join(directory, 'other'), { recursive: true });
  const other = openWorkspace(join(directory, 'other'), {
    home: made.home,
    clock: fixedClock(LATER),
  });
  signManifest(other, { files: 'all', key: made.key, signedBy: 'owner', now: new Date(LATER) });
  t.ok(verifyGate(other.root, made.home).ok);
  cpSync(join(other.root, 'INTEGRITY-MANIFEST.md'), join(made.root, 'INTEGRITY-MANIFEST.md'));
  t.match(gate(made).findings, [
    {
      file: 'INTEGRITY-MANIFEST.md',
      problem: 'manifest-replaced',
      message: /this is the manifest of the workspace w-/,
    },
  ]);
});

t.test('an older manifest of the owner, restored with its files, is refused', async (t) => {
  const made = makeWorkspace(t.testdir());
  const old = new Map(
    ['INTEGRITY-MANIFEST.md', 'SOUL.md'].map((file) => [file, readFileSync(join(made.root, file))]),
  );
  append('SOUL.md', '- A new hard line.\n')(made);
  signManifest(made.workspace, {
    files: ['SOUL.md'],
    key: made.key,
    signedBy: 'owner',
    now: new Date(LATER),
  });
  t.ok(gate(made).ok);
  for (const [file, bytes] of old) writeFileSync(join(made.root, file), bytes);
  t.match(gate(made).findings, [
    { file: 'INTEGRITY-MANIFEST.md', problem: 'manifest-older', message: /2026-11-22T08:00:00Z/ },
  ]);
});

t.test('a workspace that was moved is told where it came from', async (t) => {
  const directory = t.testdir();
  const made = makeWorkspace(directory);
  const moved = join(directory, 'moved');
  renameSync(made.root, moved);
  t.match(verifyGate(moved, made.home).findings, [
    {
      problem: 'untrusted',
      message: new RegExp(`is trusted at .*${basename(made.root)}, not here`),
      hint: /sign --all here/,
    },
  ]);
});

t.test('a protected file behind a linked directory is refused', async (t) => {
  const made = makeWorkspace(t.testdir());
  renameSync(join(made.root, 'orchestration-os'), join(made.root, 'memory', 'os'));
  symlinkSync('memory/os', join(made.root, 'orchestration-os'));
  const special = gate(made)
    .findings.filter((finding) => finding.problem === 'file-special')
    .map((finding) => finding.file);
  t.ok(special.includes('orchestration-os/START-HERE.md'));
  t.ok(
    special.includes('orchestration-os/prompt-fragments/end.md'),
    'however deep below the link it is',
  );
});

t.test('every problem belongs to a rule of validate', async (t) => {
  t.equal(ruleOfProblem('registry'), 'registry-syntax');
  t.equal(ruleOfProblem('row-extra'), 'protected-set');
  t.equal(ruleOfProblem('file-changed'), 'manifest-hash');
  t.equal(ruleOfProblem('truncated'), 'log-chain');
  t.equal(ruleOfProblem('manifest-older'), 'manifest-signature');
});

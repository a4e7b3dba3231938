import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { approvalAsked, approvalsOf, statusAt } from '../../src/governance/approvals/approval.js';
import type { Action } from '../../src/governance/types.js';
import { scopedSnapshot } from '../../src/governance/scoped-snapshot.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { MOST_QUESTIONS } from '../../src/passes/approvals/ask-approval.js';
import { judge } from '../../src/passes/door.js';
import { endPass } from '../../src/passes/host/host-driver.js';
import {
  expiredApprovals,
  planExpiry,
  takeApproval,
  type Taken,
} from '../../src/passes/approvals/take-approval.js';
import type { Briefed } from '../../src/passes/types.js';
import { fieldText } from '../../src/project/field-text.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { passIn, twoProjects, type TwoProjects } from '../support/two-projects.js';
import { environment, read, trail } from './pass-workspace.js';

t.setTimeout(300_000);

type Live = TwoProjects & { readonly data: Briefed };
const HOUR = 3_600_000;

async function live(
  directory: string,
  options: Parameters<typeof twoProjects>[1] = {},
): Promise<Live> {
  const place = twoProjects(directory, options);
  return { ...place, data: await passIn(place) };
}

const ask = (at: Live, ...actions: readonly Action[]): ReturnType<typeof judge> =>
  judge(at.workspace, at.data, { door: 'mcp', actions, cwd: 'PROJECTS/pages' });
const codes = (at: Live, ...actions: readonly Action[]): readonly string[] => [
  ...new Set(ask(at, ...actions).reasons.map((reason) => reason.code)),
];
const status = (at: Live, id = 'AP-001'): string | undefined =>
  ((one) => (one === undefined ? undefined : statusAt(one, at.clock.at)))(
    approvalsOf(at.workspace.snapshot()).get(id),
  );
const asked = (at: Live): readonly string[] => [...approvalsOf(at.workspace.snapshot()).keys()];
const question = (at: Live, id = 'AP-001'): string =>
  at.workspace
    .snapshot()
    .records('NOTIFICATION')
    .find((one) => approvalAsked(one) === id)?.key ?? '';
const take = (at: Live, verdict: 'yes' | 'no', id = 'AP-001'): Taken =>
  takeApproval(
    { workspace: at.workspace, actor: { kind: 'owner', name: 'owner' } },
    { id, isApproved: verdict === 'yes', question: question(at, id) },
  );
/** As T1 does it. */
function expire(at: Live): readonly string[] {
  const late = expiredApprovals(at.workspace.snapshot()).map((one) => one.id);
  if (late.length > 0)
    at.workspace.commit((view) => ({
      actor: { kind: 'nocturne', name: 'nocturne' },
      runId: '',
      ...planExpiry(view, { runId: '', step: 'T1' }),
    }));
  return late;
}
const payloadFile = (at: Live): string =>
  join(
    at.workspace.state,
    'approvals',
    readdirSync(join(at.workspace.state, 'approvals'))[0] ?? '',
  );

const note: Action = { kind: 'write', path: 'docs/new.md', content: '# New\n' };
const copy: Action = { kind: 'exec', command: 'cp outputs/first.md ../../docs/copy.md' };

const FILES: readonly {
  readonly that: string;
  readonly action: Action;
  readonly then: (t: Test, at: Live) => void;
}[] = [
  {
    that: 'a new file',
    action: note,
    then: (t, at) => t.equal(read(at, 'docs/new.md'), '# New\n'),
  },
  {
    that: 'another content of a file',
    action: { kind: 'edit', path: 'docs/notes.md', content: '# Notes\n\nB line.\n' },
    then: (t, at) => t.equal(read(at, 'docs/notes.md'), '# Notes\n\nB line.\n'),
  },
  {
    that: 'more in a file',
    action: { kind: 'append', path: 'docs/notes.md', content: 'More.\n' },
    then: (t, at) => t.equal(read(at, 'docs/notes.md'), '# Notes\n\nA line.\nMore.\n'),
  },
  {
    that: 'a file less',
    action: { kind: 'delete', path: 'docs/old.md' },
    then: (t, at) => t.notOk(existsSync(join(at.root, 'docs/old.md'))),
  },
  {
    that: 'a file elsewhere',
    action: { kind: 'rename', path: 'docs/old.md', to: 'docs/older.md' },
    then: (t, at) =>
      t.same(
        [existsSync(join(at.root, 'docs/old.md')), read(at, 'docs/older.md')],
        [false, '# Old\n'],
      ),
  },
  {
    that: 'a path written from the folder of the project',
    action: { kind: 'write', path: join('PROJECTS/pages/../../docs/new.md'), content: '# New\n' },
    then: (t, at) => t.equal(read(at, 'docs/new.md'), '# New\n'),
  },
];

for (const { that, action, then } of FILES) {
  t.test(`${that}: asked once, done once by nocturne itself on a yes`, async (t) => {
    const at = await live(t.testdir());
    const first = ask(at, action);
    t.match(first, {
      verdict: 'ask',
      text: /approval: the owner was asked: AP-001 waits until .* continue with other work.*out-of-scope/,
    });
    t.same(
      codes(at, action),
      ['approval', 'out-of-scope'],
      'asked again it tells how things stand',
    );
    t.match(ask(at, action).text, /AP-001 already asks the owner exactly this/);
    t.same(asked(at), ['AP-001'], 'one question');
    t.equal(statSync(payloadFile(at)).mode & 0o777, 0o600);
    t.match(take(at, 'yes'), { kind: 'done', what: /AP-001 is carried out/ });
    then(t, at);
    t.equal(status(at), 'used');
    const snapshot = at.workspace.snapshot();
    t.same(
      snapshot.records('APPROVAL').map((row) => fieldText(row, 'event')),
      ['requested', 'approved', 'used'],
    );
    t.match(
      snapshot
        .records('AUDIT')
        .filter((row) => fieldText(row, 'authorisation') === 'AP-001')
        .map((row) => `${fieldText(row, 'type')} ${fieldText(row, 'result')}`),
      ['approval_request ok', 'approval_use ok'],
    );
    t.equal(fieldText(snapshot.record('NOTIFICATION', question(at)), 'status'), 'done');
    const files = read(at, 'audit/APPROVALS.md');
    t.match(
      take(at, 'yes'),
      { kind: 'not-done', what: /decided before \(used\)/ },
      'a second yes does nothing',
    );
    t.match(take(at, 'no'), { kind: 'not-done', what: /decided before/ });
    t.equal(read(at, 'audit/APPROVALS.md'), files);
    t.ok(verifyGate(at.root, at.home).ok, 'logs and signature hold');
    t.same(
      (await validateSnapshot(snapshot, { home: at.home }))
        .filter((one) => one.severity === 'error' && !one.range.file.startsWith('PROJECTS/harbour'))
        .map((one) => `${one.range.file}: ${one.message}`),
      [],
    );
  });
}

/** What is not asked about: it is refused as it always was, with why. */
const REFUSED: readonly {
  readonly that: string;
  readonly action: Action;
  readonly code: string;
  readonly says?: RegExp;
}[] = [
  {
    that: 'a protected file',
    action: { kind: 'edit', path: 'SOUL.md', content: '# Soul\n' },
    code: 'tier-protected',
  },
  {
    that: 'a log',
    action: { kind: 'append', path: 'audit/AUDIT-LOG.md', content: '| x |\n' },
    code: 'bundle-only',
  },
  {
    that: 'the log of approvals',
    action: { kind: 'append', path: 'audit/APPROVALS.md', content: '| AP-001 |\n' },
    code: 'bundle-only',
  },
  {
    that: 'what only bundles write',
    action: { kind: 'edit', path: 'NOTIFICATIONS.md', content: '# Notifications\n' },
    code: 'bundle-only',
  },
  {
    that: 'a program',
    action: { kind: 'write', path: 'src/x.ts', content: 'x' },
    code: 'tier-code',
  },
  {
    that: 'a file outside the workspace',
    action: { kind: 'write', path: '/tmp/x.md', content: 'x' },
    code: 'path-outside',
  },
  {
    that: 'a folder at once',
    action: { kind: 'delete', path: 'docs' },
    code: 'out-of-scope',
    says: /more than one file|not a single file/,
  },
  {
    that: 'content that nobody knows',
    action: { kind: 'edit', path: 'docs/notes.md' },
    code: 'out-of-scope',
    says: /not known/,
  },
  {
    that: 'what the file holds already',
    action: { kind: 'edit', path: 'docs/notes.md', content: '# Notes\n\nA line.\n' },
    code: 'out-of-scope',
    says: /already holds that/,
  },
  {
    that: 'more than anybody looks through',
    action: { kind: 'write', path: 'docs/new.md', content: 'x'.repeat((1 << 20) + 1) },
    code: 'out-of-scope',
    says: /more than anybody looks through/,
  },
];

t.test('what nobody could allow is not asked', async (t) => {
  const at = await live(t.testdir());
  for (const { that, action, code, says } of REFUSED) {
    const { verdict, reasons, text } = ask(at, action);
    t.equal(verdict, 'deny', that);
    t.ok(
      reasons.some((reason) => reason.code === code),
      `${that}: ${text}`,
    );
    t.notOk(
      reasons.some((reason) => reason.code === 'approval'),
      that,
    );
    if (says !== undefined) t.match(text, says, that);
  }
  t.same(asked(at), []);
  t.match(ask(at, { kind: 'write', path: 'PROJECTS/pages/outputs/second.md', content: 'x' }), {
    verdict: 'allow',
  });
  const refusals = at.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === 'refusal');
  t.equal(refusals.length, REFUSED.length, 'each refusal is on record');
});

/** Between the question and the answer something happens. */
const VOID: readonly {
  readonly that: string;
  readonly action?: Action;
  readonly meanwhile: (at: Live) => void;
  readonly status: string;
  readonly says: RegExp;
}[] = [
  {
    that: 'the target changed',
    action: { kind: 'edit', path: 'docs/notes.md', content: 'x' },
    meanwhile: (at) => writeFileSync(join(at.root, 'docs/notes.md'), 'the owner wrote\n'),
    status: 'voided',
    says: /docs\/notes\.md has changed since/,
  },
  {
    that: 'the target appeared',
    meanwhile: (at) => writeFileSync(join(at.root, 'docs/new.md'), 'mine\n'),
    status: 'voided',
    says: /has changed since/,
  },
  {
    that: 'the target became protected',
    meanwhile: (at) =>
      writeFileSync(
        join(at.root, 'REGISTRY.md'),
        read(at, 'REGISTRY.md').replace('| `docs/**` | STANDARD |', '| `docs/**` | PROTECTED |'),
      ),
    status: 'voided',
    says: /protected/,
  },
  {
    that: 'the payload file was altered',
    meanwhile: (at) =>
      writeFileSync(
        payloadFile(at),
        readFileSync(payloadFile(at), 'utf8').replace('docs/new.md', 'docs/bad.md'),
      ),
    status: 'voided',
    says: /stored request is not the one that was asked/,
  },
  {
    that: 'the content in it was altered',
    meanwhile: (at) =>
      writeFileSync(
        payloadFile(at),
        readFileSync(payloadFile(at), 'utf8').replace(
          Buffer.from('# New\n').toString('base64'),
          Buffer.from('# Bad\n').toString('base64'),
        ),
      ),
    status: 'voided',
    says: /stored content is not the one/,
  },
  {
    that: 'the payload file is no JSON',
    meanwhile: (at) => writeFileSync(payloadFile(at), '{'),
    status: 'voided',
    says: /cannot be read/,
  },
  {
    that: 'the time was over',
    meanwhile: (at) => {
      at.clock.at = new Date(at.clock.at.getTime() + 73 * HOUR);
    },
    status: 'expired',
    says: /after its time/,
  },
];

for (const { that, action = note, meanwhile, status: ends, says } of VOID) {
  t.test(`${that}: nothing is done, and the owner is told`, async (t) => {
    const at = await live(t.testdir());
    t.equal(ask(at, action).verdict, 'ask');
    meanwhile(at);
    const before = existsSync(join(at.root, action.path ?? ''))
      ? read(at, action.path ?? '')
      : undefined;
    t.match(take(at, 'yes'), { kind: 'not-done', what: says });
    t.equal(
      existsSync(join(at.root, action.path ?? '')) ? read(at, action.path ?? '') : undefined,
      before,
    );
    t.notOk(existsSync(join(at.root, 'docs/bad.md')));
    t.equal(status(at), ends);
    t.match(
      at.workspace
        .snapshot()
        .records('NOTIFICATION')
        .map((one) => `${fieldText(one, 'kind')} ${fieldText(one, 'status')}`),
      ['approval done', 'incident open'],
    );
    t.match(
      at.workspace
        .snapshot()
        .records('NOTIFICATION')
        .map((one) => fieldText(one, 'action_needed'))
        .at(-1),
      says,
    );
  });
}

t.test(
  'what was declined is refused at once and never asked again; another content is another question',
  async (t) => {
    const at = await live(t.testdir());
    ask(at, note);
    t.match(take(at, 'no'), { kind: 'not-done', what: /declined/ });
    for (let i = 0; i < 3; i++)
      t.match(ask(at, note), {
        verdict: 'deny',
        text: /^approval-declined: the owner declined exactly this \(AP-001\)/,
      });
    t.match(
      take(at, 'yes'),
      { kind: 'not-done', what: /decided before \(declined\)/ },
      'a no is not turned into a yes',
    );
    t.notOk(existsSync(join(at.root, 'docs/new.md')));
    t.match(ask(at, { ...note, content: '# Other\n' }), { verdict: 'ask', text: /AP-002/ });
    t.same(asked(at), ['AP-001', 'AP-002']);
  },
);

t.test('a pass asks a few times and not for ever', async (t) => {
  const at = await live(t.testdir());
  for (let i = 1; i <= MOST_QUESTIONS; i++)
    t.match(ask(at, { ...note, content: `${i}` }).text, new RegExp(`AP-00${i}`));
  for (let i = 0; i < 3; i++)
    t.match(ask(at, { ...note, content: `more ${i}` }), {
      verdict: 'deny',
      text: /out-of-scope: .*has already asked 5 times/,
    });
  t.match(ask(at, { ...note, content: '1' }), {
    verdict: 'ask',
    text: /AP-001 already asks the owner exactly this/,
  });
  t.equal(asked(at).length, MOST_QUESTIONS);
});

t.test('a question whose time is over may be asked again, and ends in the log', async (t) => {
  const at = await live(t.testdir());
  ask(at, note);
  at.clock.at = new Date(at.clock.at.getTime() + 71 * HOUR);
  t.same(expire(at), []);
  at.clock.at = new Date(at.clock.at.getTime() + 2 * HOUR);
  t.match(ask(at, note).text, /AP-002 waits/, 'asked again before anybody wrote the end down');
  t.same([status(at, 'AP-001'), status(at, 'AP-002')], ['expired', 'open']);
  at.clock.at = new Date(at.clock.at.getTime() + 73 * HOUR);
  t.same(expire(at), ['AP-002']);
  t.equal(
    fieldText(at.workspace.snapshot().record('NOTIFICATION', question(at, 'AP-002')), 'status'),
    'done',
  );
  t.same(
    at.workspace
      .snapshot()
      .records('APPROVAL')
      .map((row) => `${fieldText(row, 'id')} ${fieldText(row, 'event')}`),
    ['AP-001 requested', 'AP-001 expired', 'AP-002 requested', 'AP-002 expired'],
  );
});

t.test('a command that was approved is let through once, and what it changes stays', async (t) => {
  const at = await live(t.testdir());
  t.match(ask(at, copy), { verdict: 'ask', text: /On a yes the same command is let through once/ });
  t.match(take(at, 'yes'), { kind: 'done', what: /may run it once/ });
  t.equal(status(at), 'approved');
  t.match(
    ask(at, { ...copy, env: { LANG: 'C' } }),
    { verdict: 'ask', text: /AP-002/ },
    'with another environment it is another command',
  );
  t.match(ask(at, copy), {
    verdict: 'allow',
    reasons: [{ code: 'pre-approved', message: /AP-001 allows it/ }],
  });
  t.equal(status(at), 'used');
  writeFileSync(join(at.root, 'docs/copy.md'), read(at, 'PROJECTS/pages/outputs/first.md'));
  t.match(ask(at, copy), { verdict: 'ask', text: /AP-003/ }, 'once');
  writeFileSync(join(at.root, 'docs/beside.md'), 'not approved\n');
  const report = await endPass(environment(at), {
    token: at.data.token,
    report: '',
    usage: { tokensIn: undefined, tokensOut: undefined, cost: undefined },
    model: '',
  });
  t.same(report.data?.undone, [], 'nothing protects what was not approved, so it stays');
  t.equal(read(at, 'docs/beside.md'), 'not approved\n');
  t.ok(trail(at, at.data.runId).includes('T5 unattributed docs/beside.md stays'), 'and is named');
  t.equal(read(at, 'docs/copy.md'), '# First\n');
});

t.test('a grant is for what was asked: the source, the target and the project', async (t) => {
  const at = await live(t.testdir());
  ask(at, copy);
  take(at, 'yes');
  writeFileSync(join(at.root, 'PROJECTS/pages/outputs/first.md'), '# Something else\n');
  const again = ask(at, copy);
  t.match(again, {
    verdict: 'ask',
    text: /approval-void: AP-001 was approved for something else.*AP-002 waits/s,
  });
  t.same([status(at, 'AP-001'), status(at, 'AP-002')], ['voided', 'open']);
  t.match(take(at, 'yes', 'AP-002'), { kind: 'done' });
  const stranger: Live = { ...at, data: { ...at.data, project: 'harbour' } };
  t.equal(ask(stranger, copy).verdict, 'ask', 'not for another project');
  t.equal(status(at, 'AP-002'), 'approved', 'which does not use it up');
  t.match(ask(at, copy, { kind: 'edit', path: 'SOUL.md', content: 'x' }), { verdict: 'deny' });
  t.match(ask(at, copy, note), {
    verdict: 'ask',
    text: /AP-002 allows it, but something else in the same call is not allowed/,
  });
  t.equal(status(at, 'AP-002'), 'approved', 'nor did a call that was refused for something else');
  t.equal(ask(at, copy).verdict, 'allow');
  at.clock.at = new Date(at.clock.at.getTime() + HOUR);
  t.equal(status(at, 'AP-002'), 'used');
});

t.test('a grant is for the capability with which it was asked', async (t) => {
  const at = await live(t.testdir());
  ask(at, copy);
  take(at, 'yes');
  t.match(ask({ ...at, data: { ...at.data, capability: 'workspace' } }, copy), {
    verdict: 'ask',
    text: /approval-void/,
  });
  t.equal(status(at), 'voided');
});

t.test('a grant that nobody used ends', async (t) => {
  const at = await live(t.testdir());
  ask(at, copy);
  take(at, 'yes');
  at.clock.at = new Date(at.clock.at.getTime() + 73 * HOUR);
  t.equal(status(at), 'expired');
  t.match(ask(at, copy), { verdict: 'ask', text: /AP-002 waits/ });
});

t.test('an answer in NOTIFICATIONS.md is taken in by the next pass', async (t) => {
  const at = await live(t.testdir());
  ask(at, note);
  await endPass(environment(at), {
    token: at.data.token,
    report: '',
    usage: { tokensIn: undefined, tokensOut: undefined, cost: undefined },
    model: '',
  });
  const page = read(at, 'NOTIFICATIONS.md');
  t.match(
    page,
    /AP-001: pages \(RUN-\d+-\d+\) wants to write docs\/new\.md \(6 bytes, a new file\).*until|ends at/,
  );
  t.match(page, / {4}\+# New/);
  at.workspace.commit((snapshot) => ({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    ...bundleChanges(snapshot, 'notification_answer', {
      id: question(at),
      answer: 'yes',
      status: 'approved',
    }),
  }));
  const next = await passIn(at);
  t.equal(read(at, 'docs/new.md'), '# New\n');
  t.ok(
    next.notes.some((one) => /AP-001 is carried out/.test(one)),
    next.notes.join('\n'),
  );
  const used = at.workspace.snapshot().records('APPROVAL').at(-1);
  t.match([fieldText(used, 'event'), fieldText(used, 'run_id')], ['used', next.runId]);
});

t.test('a question shows its reader nothing that the pass does not see', async (t) => {
  const at = await live(t.testdir());
  const scope = { capability: 'project', project: 'pages', writes: [] } as const;
  const said = (path: string, action: object = {}): string =>
    ask(at, { kind: 'write', path, content: '# Offer\n\nForty crates.\n', ...action })
      .text.replaceAll(path, 'PATH')
      .replaceAll(/AP-\d+/g, 'AP');
  t.equal(
    said('PROJECTS/harbour/outputs/offer.md'),
    said('PROJECTS/harbour/outputs/none.md'),
    'not even that it guessed what the file holds',
  );
  t.equal(
    said('PROJECTS/harbour/outputs/offer.md', { kind: 'delete' }),
    said('PROJECTS/harbour/outputs/none.md', { kind: 'delete' }),
  );
  ask(at, { kind: 'write', path: 'PROJECTS/harbour/outputs/offer.md', content: 'x\n' });
  ask(at, { kind: 'write', path: 'memory/2026-11-20.md', content: '# 2026-11-20\n' });
  const seen = scopedSnapshot(at.workspace.snapshot(), scope);
  t.equal(seen.records('NOTIFICATION').length, 4);
  t.notMatch(
    seen.text('NOTIFICATIONS.md'),
    /forty crates\.\n.*-|^ *-.*crates|new file/im,
    'nothing of what stands there',
  );
  t.match(seen.text('NOTIFICATIONS.md'), /The present content is not shown here/);
  t.same(seen.records('APPROVAL'), []);
  t.notMatch(seen.text('NOTIFICATIONS.md'), /[0-9a-f]{64}/, 'nor a hash of it');
});

t.test('a pass that lost its lease asks nothing', async (t) => {
  const at = await live(t.testdir());
  const late: Live = { ...at, data: { ...at.data, fence: at.data.fence - 1 } };
  t.match(ask(late, note), { verdict: 'ask', text: /^out-of-scope/ });
  t.same(asked(at), []);
});

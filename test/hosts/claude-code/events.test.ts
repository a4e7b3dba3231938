import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { answerEvent } from '../../../src/hosts/claude-code/hooks/answer-event.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import { forgetPass } from '../../../src/passes/pass-file.js';
import { LEASE_MS } from '../../../src/passes/lease.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { livePasses } from '../../../src/workspace/pass-lock.js';
import { changeClaims } from '../../support/change-claims.js';
import { environment, type Place, placeWithProject, trail } from '../../passes/pass-workspace.js';

t.setTimeout(240_000);

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
type Answer = {
  readonly exit: number | null;
  readonly json: Readonly<Record<string, unknown>> | undefined;
  readonly stdout: string;
  readonly stderr: string;
};
type Asked = {
  readonly env?: Readonly<Record<string, string>>;
  readonly words?: readonly string[];
  readonly cwd?: string;
};

function textOf(place: Place, event: object | string): string {
  if (typeof event === 'string') return event;
  const session = { session_id: 's-1', cwd: place.root, transcript_path: '/nowhere' };
  return JSON.stringify({ ...session, ...event });
}

const readJson = (stdout: string): Answer['json'] =>
  stdout.startsWith('{') ? (JSON.parse(stdout) as Record<string, unknown>) : undefined;

/** The same by the function: what a process adds is held by those who ask one. */
async function judge(
  place: Place,
  event: object | string,
  { env = {} }: Pick<Asked, 'env'> = {},
): Promise<Answer> {
  const reply = await answerEvent(textOf(place, event), () => ({
    workspace: openWorkspace(place.root, { home: place.home, clock: systemClock }),
    token: env['NOCTURNE_PASS_TOKEN'],
    governed: env['NOCTURNE_RUN'] !== undefined,
    modules: async () => [],
  }));
  return { ...reply, json: readJson(reply.stdout) };
}

function ask(place: Place, event: object | string, asked: Asked = {}): Answer {
  const {
    NOCTURNE_RUN: _,
    NOCTURNE_PASS_TOKEN: __,
    NOCTURNE_WORKSPACE: ___,
    ...clean
  } = process.env;
  const input = textOf(place, event);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [BIN, 'hook', 'claude-code', ...(asked.words ?? ['--workspace', place.root])],
    {
      cwd: asked.cwd ?? place.root,
      input,
      encoding: 'utf8',
      env: { ...clean, NOCTURNE_HOME: place.home, ...asked.env },
    },
  );
  return {
    exit: status,
    json: readJson(stdout),
    stdout,
    stderr,
  };
}

const pre = (tool: string, input: object, more: object = {}): object => ({
  hook_event_name: 'PreToolUse',
  tool_name: tool,
  tool_use_id: 'toolu_1',
  tool_input: input,
  ...more,
});
const decided = (permissionDecision: string, reason: RegExp): object => ({
  hookSpecificOutput: {
    hookEventName: 'PreToolUse',
    permissionDecision,
    permissionDecisionReason: reason,
  },
});
const silent = (t: Test, answer: Answer, that: string): void =>
  void t.same(
    { exit: answer.exit, stdout: answer.stdout, stderr: answer.stderr },
    { exit: 0, stdout: '', stderr: '' },
    that,
  );
const denied = (reason: RegExp): object => decided('deny', reason);
const asks = (reason: RegExp): object => decided('ask', reason);
const allowed = decided('allow', /the pass may/);

type Case = {
  readonly that: string;
  readonly event: (place: Place) => object | string;
  readonly says: object | 'nothing';
  readonly asked?: (place: Place) => Asked;
  readonly exit?: number;
};

const GUEST: readonly Case[] = [
  {
    that: 'a session in order starts without a word',
    event: () => ({ hook_event_name: 'SessionStart', source: 'startup' }),
    says: 'nothing',
  },
  {
    that: 'reading is no matter',
    event: (at) => pre('Read', { file_path: join(at.root, 'SOUL.md') }),
    says: 'nothing',
  },
  {
    that: 'a credential is not read',
    event: () => pre('Read', { file_path: '/root/.ssh/id_ed25519' }),
    says: denied(/path-reserved/),
  },
  {
    that: 'the key of the owner is not read',
    event: (at) => pre('Read', { file_path: join(at.home, 'owner.key') }),
    says: denied(/path-reserved/),
  },
  {
    that: 'a protected file is not written',
    event: (at) => pre('Write', { file_path: join(at.root, 'SOUL.md'), content: 'mine' }),
    says: denied(/tier-protected: SOUL\.md/),
  },
  {
    that: 'nor edited',
    event: (at) =>
      pre('Edit', { file_path: join(at.root, 'SOUL.md'), old_string: 'a', new_string: 'b' }),
    says: denied(/tier-protected/),
  },
  {
    that: 'nor edited in many places',
    event: (at) =>
      pre('MultiEdit', {
        file_path: join(at.root, 'USER.md'),
        edits: [{ old_string: 'a', new_string: 'b' }],
      }),
    says: denied(/tier-protected/),
  },
  {
    that: 'a relative path means the folder of the session',
    event: (at) =>
      pre(
        'Write',
        { file_path: 'NEW.md', content: 'x' },
        { cwd: join(at.root, 'orchestration-os') },
      ),
    says: denied(/orchestration-os\/NEW\.md is protected/),
  },
  {
    that: 'a log is not written',
    event: (at) => pre('Write', { file_path: join(at.root, 'audit/AUDIT-LOG.md'), content: '' }),
    says: denied(/append-only/),
  },
  {
    that: 'what only bundles write is not written',
    event: (at) =>
      pre('Edit', {
        file_path: join(at.root, 'ACTIVE-PROJECTS.md'),
        old_string: 'active',
        new_string: 'paused',
      }),
    says: denied(/bundle-only/),
  },
  {
    that: 'the manifest is not written',
    event: (at) => pre('Write', { file_path: join(at.root, 'INTEGRITY-MANIFEST.md'), content: '' }),
    says: denied(/tier-manifest/),
  },
  {
    that: 'the settings that call this hook are not written',
    event: (at) =>
      pre('Write', { file_path: join(at.root, '.claude/settings.local.json'), content: '{}' }),
    says: denied(/call the guard/),
  },
  {
    that: 'nor those of a folder below',
    event: (at) =>
      pre('Write', {
        file_path: join(at.root, 'PROJECTS/pages/.claude/settings.json'),
        content: '{}',
      }),
    says: denied(/call the guard/),
  },
  {
    that: 'the hooks of git are not written',
    event: (at) => pre('Write', { file_path: join(at.root, '.git/hooks/pre-commit'), content: '' }),
    says: denied(/path-reserved/),
  },
  {
    that: 'an ordinary page is left to Claude Code',
    event: (at) => pre('Write', { file_path: join(at.root, 'docs/new.md'), content: '# New\n' }),
    says: 'nothing',
  },
  {
    that: 'a secret is not written',
    event: (at) =>
      pre('Write', {
        file_path: join(at.root, 'docs/new.md'),
        content: `key: ${['gh', 'p_'].join('')}${'a1B2'.repeat(9)}\n`,
      }),
    says: denied(/secret: docs\/new\.md/),
  },
  {
    that: 'outside of the workspace the person is asked',
    event: () => pre('Write', { file_path: '/tmp/elsewhere.md', content: 'x' }),
    says: asks(/path-outside/),
  },
  {
    that: 'a notebook is a file',
    event: (at) =>
      pre('NotebookEdit', {
        notebook_path: join(at.root, 'orchestration-os/x.ipynb'),
        new_source: 'x',
      }),
    says: denied(/tier-protected/),
  },
  {
    that: 'a command that only looks',
    event: () => pre('Bash', { command: 'ls PROJECTS' }),
    says: 'nothing',
  },
  {
    that: 'a command that writes a protected file',
    event: () => pre('Bash', { command: 'echo x > SOUL.md' }),
    says: denied(/tier-protected/),
  },
  {
    that: 'the same from another folder',
    event: (at) => pre('Bash', { command: 'echo x > ../SOUL.md' }, { cwd: join(at.root, 'docs') }),
    says: denied(/SOUL\.md is protected/),
  },
  {
    that: 'a command that the guard does not know is asked',
    event: () => pre('Bash', { command: 'frobnicate --all' }),
    says: asks(/command-unknown/),
  },
  {
    that: 'so is one that it cannot read',
    event: () => pre('Bash', { command: 'eval "$(cat x)"' }),
    says: asks(/command-/),
  },
  {
    that: 'a call without its parameter is refused',
    event: () => pre('Bash', { cmd: 'ls' }),
    says: denied(/no command/),
  },
  {
    that: 'a tool of nocturne has its own door',
    event: () => pre('mcp__nocturne__query', { sql: 'select 1' }),
    says: 'nothing',
  },
  {
    that: 'another tool is left to Claude Code',
    event: () => pre('mcp__other__thing', { x: 1 }),
    says: 'nothing',
  },
  {
    that: 'a list of things to do is no matter',
    event: () => pre('TodoWrite', { todos: [] }),
    says: 'nothing',
  },
  {
    that: 'a spawn is let go',
    event: () => pre('Task', { prompt: 'look', subagent_type: 'Explore' }),
    says: 'nothing',
  },
  {
    that: 'after a call there is nothing to say',
    event: () => ({
      hook_event_name: 'PostToolUse',
      tool_name: 'Write',
      tool_use_id: 'x',
      tool_input: {},
      tool_response: {},
    }),
    says: 'nothing',
  },
  {
    that: 'outside of a pass a summary needs nothing',
    event: () => ({ hook_event_name: 'PreCompact', trigger: 'auto', custom_instructions: null }),
    says: 'nothing',
  },
  {
    that: 'and a session may stop',
    event: () => ({ hook_event_name: 'Stop', stop_hook_active: false }),
    says: 'nothing',
  },
  {
    that: 'a subagent may stop',
    event: () => ({
      hook_event_name: 'SubagentStop',
      stop_hook_active: false,
      agent_id: 'a1',
      agent_type: 'Explore',
    }),
    says: 'nothing',
  },
  {
    that: 'an event of another kind is no matter',
    event: () => ({ hook_event_name: 'Notification', message: 'x' }),
    says: 'nothing',
  },
  {
    that: 'a call without input is refused',
    event: () => ({ hook_event_name: 'PreToolUse', tool_name: 'Write' }),
    says: denied(/could not judge.*tool_input/),
  },
  {
    that: 'a call that is half written is refused',
    event: () => '{"hook_event_name":"PreToolUse","session_id":"s","tool_na',
    says: denied(/not JSON/),
  },
  {
    that: 'a token that is no token of a pass is refused',
    event: (at) => pre('Read', { file_path: join(at.root, 'SOUL.md') }),
    says: denied(/no pass is running here/),
    asked: () => ({ env: { NOCTURNE_PASS_TOKEN: 'guess' } }),
  },
  {
    that: 'a runner that lost its token does nothing',
    event: (at) => pre('Write', { file_path: join(at.root, 'docs/new.md'), content: '' }),
    says: denied(/has no running pass/),
    asked: () => ({ env: { NOCTURNE_RUN: 'RUN-20261121-001' } }),
  },
  {
    that: 'a workspace that is gone judges nothing, so everything is refused',
    event: () => pre('Read', { file_path: '/x' }),
    says: denied(/no workspace at/),
    asked: (at) => ({ words: ['--workspace', join(at.root, 'gone')] }),
  },
  {
    that: 'outside of every workspace nothing is done',
    event: () => pre('Write', { file_path: '/x', content: '' }, { cwd: '/' }),
    says: 'nothing',
    asked: () => ({ words: [], cwd: '/' }),
  },
  {
    that: 'without --workspace the folder of the session decides',
    event: (at) => pre('Write', { file_path: join(at.root, 'SOUL.md'), content: '' }),
    says: denied(/tier-protected/),
    asked: () => ({ words: [], cwd: '/' }),
  },
];

t.test('a session with a person in front of it', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  for (const one of GUEST) {
    const [event, asked] = [one.event(place), one.asked?.(place)];
    const alone = asked !== undefined || one === GUEST[0] || one === GUEST[2];
    const answer = alone ? ask(place, event, asked) : await judge(place, event);
    if (one.says === 'nothing') silent(t, answer, one.that);
    else {
      t.equal(answer.exit, one.exit ?? 0, one.that);
      t.match(answer.json, one.says, one.that);
    }
    t.notMatch(answer.stdout + answer.stderr, /\n\s+at .*:\d+:\d+/, 'never a stack');
  }
  t.match(
    ask(place, 'nonsense'),
    { exit: 2, stdout: '', stderr: /refused/ },
    'what is no event at all blocks',
  );
  t.match(ask(place, ''), { exit: 2 });
});

t.test('while the gate refuses nothing is written, until the owner has put it right', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const soul = readFileSync(join(place.root, 'SOUL.md'));
  const write = pre('Write', { file_path: join(place.root, 'docs/new.md'), content: '# New\n' });
  appendFileSync(join(place.root, 'SOUL.md'), '\nOne line more.\n');
  silent(t, await judge(place, write), 'a session in which the gate was not asked yet');
  t.match(ask(place, { hook_event_name: 'SessionStart', source: 'startup' }).json, {
    hookSpecificOutput: {
      hookEventName: 'SessionStart',
      additionalContext: /SOUL\.md is not the version that was signed/,
    },
    systemMessage: /integrity gate/,
  });
  t.match((await judge(place, write)).json, denied(/integrity gate refuses/));
  t.match(
    (await judge(place, pre('Bash', { command: 'frobnicate' }))).json,
    denied(/integrity gate/),
    'nobody is asked either',
  );
  silent(t, await judge(place, pre('Bash', { command: 'ls' })), 'but one may look');
  silent(
    t,
    await judge(
      place,
      pre(
        'Write',
        { file_path: join(place.root, 'docs/new.md'), content: '# New\n' },
        { session_id: 's-2' },
      ),
    ),
    'another session was told nothing',
  );
  writeFileSync(join(place.root, 'SOUL.md'), soul);
  silent(t, await judge(place, write), 'put right, it goes on without a new start');
});

t.test('a runner in a pass', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  const { token, runId } = begun.data;
  const asked: Asked = { env: { NOCTURNE_PASS_TOKEN: token, NOCTURNE_RUN: runId } };
  const outputs = join(place.root, 'PROJECTS/pages/outputs');
  mkdirSync(outputs, { recursive: true });
  const cases: readonly (readonly [string, object, object])[] = [
    [
      'inside the scope',
      pre('Write', { file_path: join(outputs, 'page.md'), content: '# Page\n' }),
      allowed,
    ],
    [
      'a relative path, from the folder of the project',
      pre(
        'Write',
        { file_path: 'outputs/page.md', content: '# Page\n' },
        { cwd: join(place.root, 'PROJECTS/pages') },
      ),
      allowed,
    ],
    [
      'beyond the scope nobody can be asked',
      pre('Write', { file_path: join(place.root, 'docs/new.md'), content: 'x' }),
      denied(/out-of-scope/),
    ],
    [
      'a protected file',
      pre('Write', { file_path: join(place.root, 'SOUL.md'), content: 'x' }),
      denied(/tier-protected/),
    ],
    [
      'the settings of the host',
      pre('Write', { file_path: join(place.root, '.claude/settings.json'), content: '{}' }),
      denied(/tier-code/),
    ],
    ['reading', pre('Read', { file_path: join(place.root, 'SOUL.md') }), allowed],
    ['a push', pre('Bash', { command: 'git push' }), denied(/command-denied|command-/)],
    [
      'a command that looks, as it was judged',
      pre('Bash', { command: 'git status -s | head -n 5', timeout: 9 }),
      {
        hookSpecificOutput: {
          permissionDecision: 'allow',
          updatedInput: { command: `'git' 'status' '-s' | 'head' '-n' '5'`, timeout: 9 },
        },
      },
    ],
    [
      'a program that nobody knows',
      pre('Bash', { command: 'frobnicate' }),
      denied(/command-unknown/),
    ],
    [
      'a page of the web',
      pre('WebFetch', { url: 'https://example.com', prompt: 'x' }),
      denied(/send-denied|egress/),
    ],
    ['a tool that nobody knows', pre('mcp__other__thing', {}), denied(/tool-unknown/)],
    [
      'a subagent is judged as its parent',
      pre(
        'Write',
        { file_path: join(place.root, 'SOUL.md'), content: 'x' },
        { agent_id: 'a1', agent_type: 'Explore' },
      ),
      denied(/tier-protected/),
    ],
  ];
  for (const [i, [that, event, says]] of cases.entries()) {
    const { json } = i < 2 ? ask(place, event, asked) : await judge(place, event, asked);
    t.match(json, says, that);
  }
  t.equal(
    trail(place, runId).filter((row) => row.startsWith('T4 refusal')).length,
    8,
    'every refusal is on record',
  );
  t.match(ask(place, { hook_event_name: 'SessionStart', source: 'startup' }, asked).json, {
    hookSpecificOutput: { additionalContext: /Hard lines[^]*Write the first page/ },
  });
  const compact = ask(place, { hook_event_name: 'PreCompact', trigger: 'auto' }, asked);
  t.match(compact, {
    exit: 0,
    json: undefined,
    stdout: /Keep the following[^]*Objective: Write the first page/,
  });
  t.notMatch(compact.stdout, token, 'the token is never said');
  silent(
    t,
    ask(place, { hook_event_name: 'Stop', stop_hook_active: false }, asked),
    'a pass of a runner ends by itself',
  );
});

t.test(
  'each tool call of a pass is a sign of life, written at most every half minute',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    const expiry = (): string => livePasses(place.root, systemClock)[0]?.expiresAt ?? '';
    const post = {
      hook_event_name: 'PostToolUse',
      tool_name: 'Read',
      tool_use_id: 'x',
      tool_input: {},
      tool_response: {},
    };
    const asked: Asked = { env: { NOCTURNE_PASS_TOKEN: begun.data.token } };
    const first = expiry();
    silent(t, await judge(place, post, asked), 'a call at once');
    t.equal(expiry(), first, 'changes nothing');
    const older = new Date(Date.now() + LEASE_MS - 31_000).toISOString();
    changeClaims(place.root, (claim) => ({ ...claim, expiresAt: older }));
    silent(t, ask(place, post, asked), 'a call later');
    t.ok(expiry() > older, 'renews the claim');
    changeClaims(place.root, (claim) => ({ ...claim, fence: 99 }));
    t.match(
      ask(place, post, asked),
      { exit: 1, stdout: '', stderr: /lost its claim/ },
      'a pass that was taken over is told so',
    );
  },
);

t.test(
  'a pass that was begun in a session is judged there, and has to be ended there',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    const stop = { hook_event_name: 'Stop', stop_hook_active: false };
    const page = pre('Write', { file_path: join(place.root, 'docs/new.md'), content: '# New\n' });
    silent(t, await judge(place, stop), 'nobody knows yet where it was begun');
    silent(
      t,
      await judge(place, {
        hook_event_name: 'PostToolUse',
        tool_name: 'Bash',
        tool_use_id: 'x',
        tool_input: { command: 'echo' },
        tool_response: { stdout: 'NOCTURNE_PASS_TOKEN=guess' },
      }),
      'a token that is none',
    );
    silent(t, await judge(place, page), 'binds nothing');
    silent(
      t,
      ask(place, {
        hook_event_name: 'PostToolUse',
        tool_name: 'Bash',
        tool_use_id: 'x',
        tool_input: { command: 'nocturne pass begin' },
        tool_response: { stdout: `NOCTURNE_PASS_TOKEN=${begun.data.token}\n` },
      }),
      'the one that was printed',
    );
    t.match(ask(place, page).json, denied(/out-of-scope/), 'from then on the session is the pass');
    silent(t, await judge(place, { ...page, session_id: 's-2' }), 'and no other one');
    t.match(ask(place, stop).json, { decision: 'block', reason: /nocturne pass end/ });
    silent(t, await judge(place, { ...stop, stop_hook_active: true }), 'once only');
    silent(
      t,
      await judge(place, { ...stop, session_id: 's-2' }),
      'another session stops as it likes',
    );
    t.match(
      (await judge(place, { hook_event_name: 'SessionStart', source: 'compact' })).json,
      { hookSpecificOutput: { additionalContext: /Keep the following/ } },
      'after a summary it is told again',
    );
    forgetPass(place.workspace.state, begun.data.runId);
    silent(t, await judge(place, stop), 'ended, it may stop');
    silent(t, await judge(place, page), 'and the session is a guest again');
  },
);

t.test('refused sessions that never came back are forgotten when the gate is open', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const old = join(place.workspace.state, 'host-sessions/claude-code-0123456789abcdef.json');
  mkdirSync(join(place.workspace.state, 'host-sessions'));
  writeFileSync(old, '{}');
  await judge(place, { hook_event_name: 'SessionStart', source: 'startup' });
  t.notOk(existsSync(old));
});

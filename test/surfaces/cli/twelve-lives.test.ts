/**
 * What happens to a folder that people, git, formatters and sync tools share: each time, every
 * command says what it is and names one command, and after that command the next pass runs.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { createOwnerKey } from '../../../src/integrity/owner-key.js';
import type { Alarm, AlarmKind } from '../../../src/integrity/alarm.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { environment, type Place, placeWithProject, REPORT } from '../../passes/pass-workspace.js';
import { callCommand, callForText, callProcess, type CliPlace } from './run-cli.js';

t.setTimeout(600_000);

/** Each pass has something new. */
const WRITES_MORE = `import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
const n = readdirSync('outputs').length + process.hrtime()[1];
writeFileSync(\`outputs/page-\${n}.md\`, \`# Page \${n}\\n\\n## Entries\\n\\n- name: a\${n}\\n- name: b\${n * 7}\\n\`);
`;

const directory = t.testdir();
/** A workspace after one pass whose project goes on. */
const made = placeWithProject(
  directory,
  `${WRITES_MORE}${REPORT.replace('[outputs/page.md]', '[]')}`,
  {
    stop: '- file_exists: never.md',
  },
);
const firstPass = await pass(made);
made.workspace.close();
const kept = `${directory}-kept`;
renameSync(directory, kept);
t.teardown(() => rmSync(kept, { recursive: true }));

/** As it was made, where it was made. */
async function lived(t: Test): Promise<Place> {
  t.equal(firstPass.exit, 0, firstPass.outcome);
  rmSync(directory, { recursive: true, force: true });
  cpSync(kept, directory, { recursive: true });
  const { root, home } = made;
  return { root, home, workspace: openWorkspace(root, { home, clock: systemClock }) };
}

async function passed(t: Test, place: CliPlace): Promise<void> {
  const report = await pass(place);
  t.equal(report.exit, 0, report.outcome);
}

async function pass({ root, home }: CliPlace): ReturnType<typeof worker> {
  const workspace = openWorkspace(root, { home, clock: systemClock });
  const report = await worker(environment({ root, home, workspace }), { role: 'worker' });
  workspace.close();
  return report;
}

type Life = {
  readonly kinds: readonly AlarmKind[];
  readonly command: string;
  /** What `FILE` in the command stands for. */
  readonly file?: string;
  /** What the audit log says afterwards. */
  readonly recorded: RegExp;
  readonly says: RegExp;
  /** The workspace is sound although this happened, so the gate passes. */
  readonly gatePasses?: true;
  /** Nothing is asked. */
  readonly silent?: true;
  /** The gate sees all of it, not only the first. */
  readonly allInGate?: true;
  /** A part is done without a yes. */
  readonly partly?: true;
};

async function endsWell(t: Test, place: CliPlace, life: Life): Promise<void> {
  const status = await callCommand(place, ['status']);
  const doctor = await callCommand(place, ['doctor']);
  const gate = await callCommand(place, ['gate']);
  t.equal(gate.exit, life.gatePasses === true ? 0 : 3, 'the gate');
  for (const [name, { json }] of Object.entries({
    status,
    doctor,
    ...(life.gatePasses === true ? {} : { gate }),
  })) {
    const alarms = json['alarms'] as readonly Alarm[];
    t.same(
      alarms.map(({ kind }) => kind),
      name === 'gate' && life.allInGate !== true ? life.kinds.slice(0, 1) : life.kinds,
      name,
    );
    t.same([...new Set(alarms.map(({ command }) => command))], [life.command], name);
    t.match(alarms.map(({ message }) => message).join('\n'), life.says, name);
  }
  const { text } = await callCommand(place, ['status']);
  t.match(text, `Run: ${life.command}`);
  if (life.gatePasses !== true)
    t.match(await callForText(place, ['run', 'worker']), {
      exit: 3,
      text: `Run: ${life.command}`,
    });
  const words = life.command
    .split(' ')
    .slice(1)
    .map((word) => (word === 'FILE' ? (life.file ?? '') : word));
  if (life.silent !== true) {
    const asked = await callForText(place, words);
    t.match(asked.text, /--yes/, 'nothing happens without a yes');
    if (life.gatePasses !== true && life.partly !== true)
      t.equal((await callCommand(place, ['gate'])).exit, 3);
  }
  const done = await callForText(place, life.silent === true ? words : [...words, '--yes']);
  t.match((await callCommand(place, ['gate'])).json, { ok: true }, done.text);
  for (const command of ['status', 'briefing'])
    t.notMatch((await callCommand(place, [command])).text, /No pass runs/, command);
  await passed(t, place);
  const validated = await callCommand(place, ['validate']);
  t.match(
    validated.json,
    { summary: { errors: 0 } },
    JSON.stringify(validated.json['diagnostics']),
  );
  const { rows } = (await callCommand(place, ['audit', 'show', '--limit', '0'])).json as {
    readonly rows: readonly unknown[];
  };
  t.ok(
    rows.some((row) => life.recorded.test(JSON.stringify(row))),
    `the audit log says ${String(life.recorded)}`,
  );
  t.equal((await callCommand(place, ['audit', 'verify'])).exit, 0);
  t.same((await callCommand(place, ['status'])).json['alarms'], []);
}

function pages(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:md|jsonl)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(?:\.nocturne|backups)\//.test(path));
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

t.test('restored from the backup of yesterday', async (t) => {
  const place = await lived(t);
  const backup = `${place.root}-backup`;
  cpSync(place.root, backup, { recursive: true });
  await passed(t, place);
  edit(join(place.root, 'SOUL.md'), (text) => `${text}\nBe brief.\n`);
  t.equal((await callForText(place, ['sign', '--all', '--yes'])).exit, 0);
  rmSync(place.root, { recursive: true });
  renameSync(backup, place.root);
  const { text } = await callForText(place, ['audit', 'anchor']);
  t.match(text, /-Be brief\./, 'the owner sees what the older copy takes back');
  await endsWell(t, place, {
    kinds: ['older-copy'],
    command: 'nocturne audit anchor',
    says: /\d+ rows of audit\/AUDIT-LOG\.md.*and the last signature are newer than this copy/,
    recorded: /"anchor".*rows .* to \d+ rows/,
  });
});

t.test('an older commit of git', async (t) => {
  const place = await lived(t);
  const git = (...words: readonly string[]): void => {
    const run = spawnSync(
      'git',
      ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words],
      { cwd: place.root, encoding: 'utf8' },
    );
    t.equal(run.status, 0, run.stderr);
  };
  writeFileSync(join(place.root, '.gitignore'), '.nocturne/\n');
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'one');
  await passed(t, place);
  git('commit', '-qam', 'two');
  git('checkout', '-q', 'HEAD~1');
  await endsWell(t, place, {
    kinds: ['older-copy'],
    command: 'nocturne audit anchor',
    says: /rows of audit\/SESSION-REGISTRY\.md|row of audit\/SESSION-REGISTRY\.md/,
    recorded: /"anchor"/,
  });
});

t.test('moved', async (t) => {
  const place = await lived(t);
  const root = `${place.root}-elsewhere`;
  renameSync(place.root, root);
  const moved = { root, home: place.home };
  await endsWell(t, moved, {
    kinds: ['moved'],
    command: 'nocturne init --join',
    says: /was moved here from /,
    recorded: /"join".*moved from /,
  });
});

t.test('cloned to a second machine with the key', async (t) => {
  const place = await lived(t);
  const [root, home] = [`${place.root}-clone`, `${place.home}-2`];
  cpSync(place.root, root, { recursive: true });
  rmSync(join(root, '.nocturne'), { recursive: true });
  mkdirSync(home);
  cpSync(join(place.home, 'keys'), join(home, 'keys'), { recursive: true });
  await endsWell(
    t,
    { root, home },
    {
      kinds: ['machine'],
      command: 'nocturne init --join',
      says: /signed with your key, but new on this machine/,
      recorded: /"join".*joined on /,
    },
  );
});

t.test(
  'cloned to a second machine, with other line endings, and a backup of the key',
  async (t) => {
    const place = await lived(t);
    const [root, home] = [`${place.root}-clone`, `${place.home}-2`];
    cpSync(place.root, root, { recursive: true });
    rmSync(join(root, '.nocturne'), { recursive: true });
    for (const path of pages(root)) edit(path, (text) => text.replaceAll('\n', '\r\n'));
    mkdirSync(home);
    await endsWell(
      t,
      { root, home },
      {
        kinds: ['no-key'],
        command: 'nocturne init --join --key FILE',
        file: join(place.home, 'keys/owner.key'),
        says: /this machine has no key/,
        recorded: /"join".*restored the line endings of/,
      },
    );
  },
);

t.test('other line endings everywhere', async (t) => {
  const place = await lived(t);
  for (const path of pages(place.root)) edit(path, (text) => text.replaceAll('\n', '\r\n'));
  await endsWell(t, place, {
    kinds: ['line-endings'],
    command: 'nocturne doctor --fix',
    silent: true,
    says: /^Only the line endings differ from what was signed, in /,
    recorded: /"repair".*restored the line endings of/,
  });
});

t.test('a formatter over every page', async (t) => {
  const place = await lived(t);
  const pad = (line: string): string =>
    /^\|.*\|$/.test(line) ? line.replace(/ \|/g, '    |').replace(/---\|/g, '-------|') : line;
  for (const path of pages(place.root).filter((page) => page.endsWith('.md')))
    edit(path, (text) =>
      text
        .split('\n')
        .map((line) => pad(line).replace(/^- \*\*/, '* **'))
        .join('\n'),
    );
  await endsWell(t, place, {
    kinds: ['formatting'],
    command: 'nocturne doctor --fix',
    silent: true,
    says: /^A formatter changed /,
    recorded: /"repair".*without the formatting/,
  });
});

t.test('a conflict in each kind of page', async (t) => {
  const place = await lived(t);
  const conflict = (text: string): string => {
    const lines = text.split('\n');
    const at = Math.max(1, lines.length - 2);
    const [line = ''] = lines.splice(at, 1);
    lines.splice(at, 0, '<<<<<<< HEAD', line, '=======', `${line} theirs`, '>>>>>>> theirs');
    return lines.join('\n');
  };
  const kinds = [
    'SOUL.md',
    'INTEGRITY-MANIFEST.md',
    'REGISTRY.md',
    'orchestration-os/RUNNERS.md',
    'audit/AUDIT-LOG.md',
    'audit/CHANGE-LOG.md',
    'ACTIVE-PROJECTS.md',
    'NOTIFICATIONS.md',
    'LOCK.md',
    'PROJECTS/pages/LONGRUNNER.md',
    'PROJECTS/pages/PHASES.md',
  ];
  for (const path of kinds) edit(join(place.root, path), conflict);
  await endsWell(t, place, {
    kinds: ['conflict', 'conflict'],
    command: 'nocturne doctor --fix',
    partly: true,
    says: /conflict markers of git/,
    recorded: /"repair".*kept our side of the conflicts in/,
  });
});

t.test('a copy of a sync tool next to each kind of page', async (t) => {
  const place = await lived(t);
  const copies = {
    'SOUL.md': 'SOUL 2.md',
    'orchestration-os/RUNNERS.md':
      'orchestration-os/RUNNERS.sync-conflict-20261121-013000-ABCDEFG.md',
    'orchestration-os/OPS-PREAPPROVAL.md': 'orchestration-os/OPS-PREAPPROVAL (conflicted copy).md',
    'ACTIVE-PROJECTS.md': 'ACTIVE-PROJECTS 2.md',
    'audit/AUDIT-LOG.md': 'audit/AUDIT-LOG (1).md',
    'PROJECTS/pages/LONGRUNNER.md':
      "PROJECTS/pages/LONGRUNNER (Ada's conflicted copy 2026-11-21).md",
    'memory/README.md': 'memory/README copy.md',
  };
  for (const [path, copy] of Object.entries(copies))
    cpSync(join(place.root, path), join(place.root, copy));
  await endsWell(t, place, {
    kinds: ['sync-copy', 'sync-copy'],
    command: 'nocturne doctor --fix',
    silent: true,
    says: /RUNNERS\.sync-conflict/,
    recorded: /"repair".*moved aside/,
  });
  for (const copy of Object.values(copies)) t.notOk(existsSync(join(place.root, copy)), copy);
  const [folder = ''] = readdirSync(join(place.root, 'backups'));
  for (const copy of Object.values(copies))
    t.ok(existsSync(join(place.root, 'backups', folder, copy)), `${copy} is kept`);
});

for (const [how, cut] of Object.entries({
  'after a row': (text: string) => text.slice(0, text.trimEnd().lastIndexOf('\n') + 1),
  'in a row': (text: string) => text.slice(0, -40),
  'in its middle': (text: string) => text.split('\n').toSpliced(14, 3).join('\n'),
}))
  t.test(`a log that was cut ${how}`, async (t) => {
    const place = await lived(t);
    edit(join(place.root, 'audit/AUDIT-LOG.md'), cut);
    await endsWell(t, place, {
      kinds: ['damaged-log'],
      command: 'nocturne audit anchor',
      says: /audit\/AUDIT-LOG\.md (?:was cut|is not as Nocturne wrote it)/,
      recorded: /"anchor"/,
    });
  });

t.test('logs that are missing', async (t) => {
  const place = await lived(t);
  rmSync(join(place.root, 'audit/AUDIT-LOG.md'));
  rmSync(join(place.root, 'audit/task-log.jsonl'));
  await endsWell(t, place, {
    kinds: ['damaged-log'],
    command: 'nocturne audit anchor',
    says: /The log audit\/AUDIT-LOG\.md is missing; its anchor counts \d+ rows/,
    recorded: /"anchor".* to 0 rows/,
  });
});

for (const [how, lose] of Object.entries({
  'emptied by a sync tool': (path: string): void => writeFileSync(path, ''),
  'of zeros after a power cut': (path: string): void =>
    writeFileSync(path, Buffer.alloc(readFileSync(path).length)),
  'evicted to a cloud': (path: string): void =>
    renameSync(path, join(dirname(path), `.${basename(path)}.icloud`)),
  'renamed by a file system without case': (path: string): void =>
    renameSync(path, join(dirname(path), basename(path).toLowerCase())),
}))
  t.test(`signed pages, ${how}`, async (t) => {
    const place = await lived(t);
    const files = ['SOUL.md', 'orchestration-os/RUNNERS.md'];
    const before = files.map((file) => readFileSync(join(place.root, file), 'utf8'));
    for (const file of files) lose(join(place.root, file));
    await endsWell(t, place, {
      kinds: /^(?:renamed|evicted)/.test(how) ? ['lost', 'sync-copy'] : ['lost'],
      allInGate: true,
      command: 'nocturne doctor --fix',
      silent: true,
      says: /missing or empty\. The version that was signed is known/,
      recorded: /"repair".*missing or empty/,
    });
    t.same(
      files.map((file) => readFileSync(join(place.root, file), 'utf8')),
      before,
    );
  });

t.test('cloned to a second machine, with a name in other letters', async (t) => {
  const place = await lived(t);
  const [root, home] = [`${place.root}-clone`, `${place.home}-2`];
  cpSync(place.root, root, { recursive: true });
  rmSync(join(root, '.nocturne'), { recursive: true });
  renameSync(join(root, 'SOUL.md'), join(root, 'soul.md'));
  mkdirSync(home);
  cpSync(join(place.home, 'keys'), join(home, 'keys'), { recursive: true });
  await endsWell(
    t,
    { root, home },
    {
      kinds: ['machine'],
      command: 'nocturne init --join',
      says: /signed with your key, but new on this machine/,
      recorded: /"join".*missing or empty/,
    },
  );
  t.ok(existsSync(join(root, 'SOUL.md')));
  t.notOk(existsSync(join(root, 'soul.md')));
});

t.test('a page that the owner deletes is left to the owner', async (t) => {
  const place = await lived(t);
  rmSync(join(place.root, 'orchestration-os/rules/git.md'));
  t.match(await callProcess(place, ['gate']), {
    exit: 3,
    json: { alarms: [{ kind: 'changed-pages', command: 'nocturne sign --all' }] },
  });
  await callForText(place, ['doctor', '--fix', '--yes']);
  t.notOk(existsSync(join(place.root, 'orchestration-os/rules/git.md')));
});

t.test('a lost key, of which there is a backup', async (t) => {
  const place = await lived(t);
  const backup = join(dirname(place.home), 'stick');
  renameSync(join(place.home, 'keys'), backup);
  t.match((await callProcess(place, ['sign', '--all', '--yes'])).json, {
    error: { hint: /nocturne init --join --key FILE/ },
  });
  await endsWell(t, place, {
    kinds: ['no-key'],
    command: 'nocturne init --join --key FILE',
    file: join(backup, 'owner.key'),
    gatePasses: true,
    says: /Nothing can be signed on this machine/,
    recorded: /"join"/,
  });
  edit(join(place.root, 'SOUL.md'), (text) => `${text}\nBe brief.\n`);
  t.equal((await callForText(place, ['sign', '--all', '--yes'])).exit, 0);
});

t.test('a new owner, on the same machine', async (t) => {
  const place = await lived(t);
  rmSync(join(place.home, 'keys'), { recursive: true });
  createOwnerKey(place.home);
  await endsWell(t, place, {
    kinds: ['other-owner'],
    command: 'nocturne init --join --new-owner',
    gatePasses: true,
    says: /another key/,
    recorded: /"join".*the owner changes from/,
  });
});

t.test('a new owner, on another machine', async (t) => {
  const place = await lived(t);
  const [root, home] = [`${place.root}-given`, `${place.home}-2`];
  cpSync(place.root, root, { recursive: true });
  rmSync(join(root, '.nocturne'), { recursive: true });
  createOwnerKey(home);
  await endsWell(
    t,
    { root, home },
    {
      kinds: ['other-owner'],
      command: 'nocturne init --join --new-owner',
      says: /signed with the key \w{8}; yours is \w{8}/,
      recorded: /"join".*the owner changes from/,
    },
  );
});

t.test('a trusted key that cannot be read', async (t) => {
  const place = await lived(t);
  writeFileSync(join(place.workspace.state, 'trust.json'), 'x');
  await endsWell(t, place, {
    kinds: ['damaged-trust'],
    command: 'nocturne init --join',
    says: /trust\.json is not JSON/,
    recorded: /"join"/,
  });
});

t.test('what an agent did never goes through without the owner', async (t) => {
  const place = await lived(t);
  const loosened = (text: string): string => `${text}\nAgents may sign.\n`;
  edit(join(place.root, 'SOUL.md'), loosened);
  appendFileSync(join(place.root, 'orchestration-os/EXTRA.md'), '# Extra\n');
  const { json } = await callProcess(place, ['gate']);
  t.match(json, {
    alarms: [{ kind: 'changed-pages', command: 'nocturne sign --all', asks: true }],
  });
  for (const words of [
    ['doctor', '--fix', '--yes'],
    ['audit', 'anchor', '--yes'],
  ])
    await callForText(place, words);
  t.equal((await callProcess(place, ['gate'])).exit, 3, 'no other command accepts it');
  t.match(readFileSync(join(place.root, 'SOUL.md'), 'utf8'), /Agents may sign/);
  const inside = { env: { NOCTURNE_RUN: 'RUN-20260101-001' } };
  for (const words of [
    ['doctor', '--fix', '--yes'],
    ['audit', 'anchor', '--yes'],
    ['sign', '--all', '--yes'],
    ['init', '--join', '--new-owner', '--yes'],
  ])
    t.equal((await callProcess(place, words, inside)).exit, 5, words.join(' '));
});

t.test('until the owner says yes, joining changes no key', async (t) => {
  const place = await lived(t);
  const [root, home] = [`${place.root}-clone`, `${place.home}-2`];
  cpSync(place.root, root, { recursive: true });
  rmSync(join(root, '.nocturne'), { recursive: true });
  const clone = { root, home };
  const stranger = join(`${place.home}-3`, 'keys/owner.key');
  createOwnerKey(home);
  createOwnerKey(`${place.home}-3`);
  const keys = (): readonly string[] =>
    readdirSync(join(home, 'keys')).map((name) => readFileSync(join(home, 'keys', name), 'utf8'));
  const before = keys();
  const asked = ['init', '--join', '--key', join(place.home, 'keys/owner.key')];
  t.match(await callProcess(clone, asked), { exit: 2, json: { error: { code: 'USAGE' } } });
  t.same(keys(), before, 'asked, and not answered');
  const wrong = ['init', '--join', '--key', stranger, '--yes'];
  t.match(await callProcess(clone, wrong), { exit: 3, json: { error: { code: 'NOT_TRUSTED' } } });
  t.same(keys(), before, 'a key that did not sign this workspace');
  t.match(await callProcess(clone, [...asked, '--yes']), { exit: 0, json: { joined: true } });
  t.not(keys().join(), before.join(), 'after the yes it is the key of this machine');

  rmSync(join(home, 'keys'), { recursive: true });
  rmSync(join(home, 'workspaces'), { recursive: true, force: true });
  t.match(await callProcess(clone, ['init', '--join', '--new-owner']), { exit: 2 });
  t.notOk(existsSync(join(home, 'keys/owner.key')), 'nor is one made');
});

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { parse } from 'jsonc-parser';
import t from 'tap';
import { claudeHooks } from '../../../src/hosts/claude-code/hook-groups.js';
import {
  carryOut,
  planInstall,
  planUninstall,
  SETTINGS,
  settingsStatus,
} from '../../../src/hosts/claude-code/install/hooks.js';
import { withHooks, withoutHooks } from '../../../src/hosts/claude-code/install/merge-settings.js';
import { makeWorkspace } from '../../support/make-workspace.js';

t.setTimeout(240_000);

const PLACE = {
  node: process.execPath,
  program: "/opt/it's here/bin/nocturne.cjs",
  workspace: '/home/me/my workspace',
};
const NEXT = { ...PLACE, program: '/opt/next/bin/nocturne.cjs' };
const own = '{ "type": "command", "command": "./check.sh" }';
const FIXTURES: Readonly<Record<string, string | undefined>> = {
  'no file': undefined,
  'an empty object': '{}\n',
  'an empty object without a final newline': '{}',
  'an empty file': '',
  tabs: `{\n\t"permissions": {\n\t\t"allow": ["Bash(ls:*)"]\n\t}\n}\n`,
  'four spaces': '{\n    "model": "opus",\n    "env": { "A": "b" }\n}\n',
  'no final newline': '{\n  "model": "opus"\n}',
  'one line':
    '{"model":"opus","hooks":{"Stop":[{"hooks":[{"type":"command","command":"say done"}]}]}}',
  'an empty hooks object': '{ "hooks": {} }\n',
  'empty lists': '{\n  "hooks": {\n    "PreToolUse": [],\n    "Stop": [ ]\n  }\n}\n',
  'hooks for the same event and matcher': `{\n  "hooks": {\n    "PreToolUse": [\n      { "matcher": "*", "hooks": [${own}] }\n    ]\n  },\n  "model": "opus"\n}\n`,
  'two hooks in one group': `{\n  "hooks": {\n    "PreToolUse": [{ "matcher": "Bash", "hooks": [${own}, ${own}] }],\n    "Stop": [\n      { "hooks": [${own}] }\n    ]\n  }\n}\n`,
  'Windows line ends': `{\r\n  "hooks": {\r\n    "Stop": [\r\n      { "hooks": [${own}] }\r\n    ]\r\n  }\r\n}\r\n`,
  'a byte order mark': '\ufeff{\n  "model": "opus"\n}\n',
  'comments and a trailing comma': `// mine\n{\n  /* why */ "model": "opus", // because\n  "hooks": {\n    // nothing yet\n    "Stop": [{ "hooks": [${own}] }], // last\n  },\n}\n`,
  'the order of keys': '{\n  "z": 1,\n  "hooks": { "SessionStart": [] },\n  "a": 2\n}\n',
};

for (const [name, text] of Object.entries(FIXTURES)) {
  t.test(`${name}: put in, put in again, brought up to date, taken out`, async (t) => {
    const { workspace, root } = makeWorkspace(t.testdir());
    const file = join(root, SETTINGS);
    if (text !== undefined) {
      mkdirSync(join(root, '.claude'));
      writeFileSync(file, text);
    }
    carryOut(workspace, planInstall(workspace, PLACE), 'owner');
    const installed = readFileSync(file, 'utf8');
    for (const line of (text ?? '').split(/\r?\n/))
      if (line.trim().length > 2)
        t.ok(installed.includes(line.trim().replace(/[,}\]\s]+(?:\/\/.*)?$/, '')), `kept: ${line}`);
    if (text?.includes('\r\n')) t.notMatch(installed, /[^\r]\n/, 'line ends of one kind');
    t.equal(installed.startsWith('\ufeff'), text?.startsWith('\ufeff') ?? false);
    const { hooks } = parse(installed.replace(/^\ufeff/, ''), [], { allowTrailingComma: true }) as {
      hooks: Readonly<Record<string, readonly unknown[]>>;
    };
    for (const [event, group] of Object.entries(claudeHooks(PLACE)))
      t.same(hooks[event]?.at(-1), group, `${event} is asked last`);
    t.equal(settingsStatus(workspace, PLACE).events.length, 6);
    t.equal(planInstall(workspace, PLACE).verdict, 'nothing', 'a second time changes nothing');
    t.equal(settingsStatus(workspace, NEXT).current, false);
    const upgrade = planInstall(workspace, NEXT);
    t.equal(upgrade.verdict, 'upgrade');
    carryOut(workspace, upgrade, 'owner');
    t.equal(
      readFileSync(file, 'utf8'),
      installed.replaceAll(
        JSON.stringify("'/opt/it'\\''s here/bin/nocturne.cjs'").slice(1, -1),
        '/opt/next/bin/nocturne.cjs',
      ),
      'only our commands change',
    );
    carryOut(workspace, planUninstall(workspace), 'owner');
    if (text === undefined) t.notOk(existsSync(join(root, '.claude')), 'the folder is gone again');
    else t.equal(readFileSync(file, 'utf8'), text, 'byte for byte');
    t.equal(planUninstall(workspace).verdict, 'nothing');
  });

  t.test(`${name}: what the owner adds in between stays`, async (t) => {
    const { workspace, root } = makeWorkspace(t.testdir());
    const file = join(root, SETTINGS);
    mkdirSync(join(root, '.claude'));
    if (text !== undefined) writeFileSync(file, text);
    carryOut(workspace, planInstall(workspace, PLACE), 'owner');
    const mark = (given: string): string => given.replace('{', '{ "added": true,');
    writeFileSync(file, mark(readFileSync(file, 'utf8')));
    carryOut(workspace, planInstall(workspace, NEXT), 'owner');
    t.match(readFileSync(file, 'utf8'), /"added": true/);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"added": true', '"added": 1'));
    carryOut(workspace, planUninstall(workspace), 'owner');
    const read = (given: string): unknown =>
      parse(given.replace(/^\ufeff/, ''), [], { allowTrailingComma: true });
    t.same(read(readFileSync(file, 'utf8')), {
      added: 1,
      ...(text === undefined || text === '' ? {} : (read(text) as object)),
    });
    t.notMatch(readFileSync(file, 'utf8'), /nocturne\.cjs/);
  });
}

t.test('without a record of what was before, taking out undoes putting in', async (t) => {
  for (const [name, text = '{}'] of Object.entries(FIXTURES)) {
    if (text === '' || name.includes('trailing comma') || name.includes('empty lists')) continue;
    t.equal(withoutHooks(withHooks(text, claudeHooks(PLACE), 'f'), text, 'f'), text, name);
  }
});

t.test('settings that cannot be read are left alone', async (t) => {
  const wrong = {
    'half a file': ['{ "hooks": ', /not JSON/],
    'a list': ['[]', /not a JSON object/],
    'hooks that are a list': ['{"hooks":[]}', /"hooks" in .* is not an object/],
    'an event that is no list': ['{"hooks":{"Stop":{}}}', /"hooks\.Stop" in .* is not a list/],
    'another encoding': [Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  } as const;
  for (const [name, [content, message]] of Object.entries(wrong)) {
    const { workspace, root } = makeWorkspace(t.testdir({ [name]: {} }));
    mkdirSync(join(root, '.claude'));
    writeFileSync(join(root, SETTINGS), content);
    t.throws(
      () => planInstall(workspace, PLACE),
      { code: 'CONFIG', message, hint: /nothing was changed/ },
      name,
    );
    t.same(readFileSync(join(root, SETTINGS)), Buffer.from(content));
    rmSync(root, { recursive: true });
  }
});

t.test(
  'the command works for a shell without PATH, and refuses the call when the program is gone',
  async (t) => {
    const command = claudeHooks(PLACE)['PreToolUse']?.hooks[0]?.command ?? '';
    const { status } = spawnSync('/bin/sh', ['-c', command], {
      env: {},
      input: '{}',
      encoding: 'utf8',
    });
    t.equal(status, 2, 'any failure is one that blocks');
    const words = spawnSync(
      '/bin/sh',
      ['-c', `printf '%s\\n' ${command.replace(process.execPath, '').replace(' || exit 2', '')}`],
      { env: {}, encoding: 'utf8' },
    );
    t.same(words.stdout.trim().split('\n'), [
      "/opt/it's here/bin/nocturne.cjs",
      'hook',
      'claude-code',
      '--workspace',
      '/home/me/my workspace',
    ]);
  },
);

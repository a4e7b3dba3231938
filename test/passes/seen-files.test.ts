/**
 * An agent replaces a whole file only if it has read what the file holds now: one table of stories,
 * told through every interface that knows what the agent reads.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { NocturneError } from '../../src/kernel/error.js';
import { installedHosts } from '../../src/hosts/installed.js';
import { judgeCall } from '../../src/passes/host/host-session.js';
import { forgetPass } from '../../src/passes/pass-file.js';
import { callerOf, toolContext } from '../../src/passes/tool-context.js';
import { editTool } from '../../src/tools/edit.js';
import { readTool } from '../../src/tools/read.js';
import type { Tool } from '../../src/tools/tool.js';
import { writeTool } from '../../src/tools/write.js';
import { type LivePass, livePass } from '../support/live-pass.js';

const FILE = 'PROJECTS/inventory/outputs/page.md';
const TEXT = 'one\ntwo\nthree\n';

/** What an agent does through one interface. @returns `ok`, or why not, by its code. */
type Door = {
  readonly read: (lines?: { readonly from: number; readonly to: number }) => Promise<string>;
  readonly write: (content: string) => Promise<string>;
  readonly edit: (from: string, to: string) => Promise<string>;
};

const never = new AbortController().signal;

function tools(pass: LivePass, door: string): Door {
  const call = async (tool: Tool, args: Readonly<Record<string, unknown>>): Promise<string> => {
    const { workspace, data } = pass;
    const caller = callerOf(workspace, { door, token: data.token });
    const context = toolContext({ workspace, caller, signal: never, env: {}, say: () => {} });
    try {
      await tool.run(context, args);
      return 'ok';
    } catch (error) {
      if (!(error instanceof NocturneError)) throw error;
      return `${error.code} ${error.message}`;
    }
  };
  return {
    read: (lines) => call(readTool, { path: FILE, ...lines }),
    write: (content) => call(writeTool, { path: FILE, content }),
    edit: (from, to) => call(editTool, { path: FILE, old_text: from, new_text: to }),
  };
}

const hosts = (await installedHosts()).filter(({ tools: table }) => table !== undefined);

type HostTool = readonly [tool: string, params: Readonly<Record<string, unknown>>];

/** What is allowed is done, as the host would do it. */
function host(
  { root, workspace, data }: LivePass,
  name: string,
  words: {
    readonly read: (lines: object) => HostTool;
    readonly write: (content: string) => HostTool;
    readonly edit: (from: string, to: string) => HostTool;
  },
): Door {
  const file = join(root, FILE);
  const call = ([tool, params]: HostTool, act: () => void): Promise<string> => {
    const { verdict, text } = judgeCall(
      { workspace, hosts },
      { token: data.token },
      { host: name, tool, params },
    );
    if (verdict === 'allow') act();
    return Promise.resolve(verdict === 'allow' ? 'ok' : text.replace(/^stale: /, 'STALE '));
  };
  return {
    read: (lines) =>
      call(
        words.read(
          lines === undefined ? {} : { offset: lines.from, limit: lines.to - lines.from + 1 },
        ),
        () => undefined,
      ),
    write: (content) => call(words.write(content), () => writeFileSync(file, content)),
    edit: (from, to) =>
      call(words.edit(from, to), () =>
        writeFileSync(file, readFileSync(file, 'utf8').replace(from, to)),
      ),
  };
}

const DOORS: Readonly<Record<string, (pass: LivePass) => Door>> = {
  'the tools of a chat agent': (pass) => tools(pass, 'agent tools'),
  mcp: (pass) => tools(pass, 'mcp'),
  'the command line': (pass) => tools(pass, 'command line'),
  'Claude Code': (pass) =>
    host(pass, 'claude-code', {
      read: (lines) => ['Read', { file_path: join(pass.root, FILE), ...lines }],
      write: (content) => ['Write', { file_path: join(pass.root, FILE), content }],
      edit: (from, to) => ['Edit', { file_path: FILE, old_string: from, new_string: to }],
    }),
  OpenClaw: (pass) =>
    host(pass, 'openclaw', {
      read: (lines) => ['read', { path: FILE, ...lines }],
      write: (content) => ['write', { path: FILE, content }],
      edit: (oldText, newText) => ['edit', { path: FILE, edits: [{ oldText, newText }] }],
    }),
  'OpenClaw by patches': (pass) =>
    host(pass, 'openclaw', {
      read: (lines) => ['read', { path: FILE, ...lines }],
      write: (content) => ['apply_patch', { input: patch(`Add File: ${FILE}`, '+', content) }],
      edit: (oldText, newText) => ['edit', { path: FILE, edits: [{ oldText, newText }] }],
    }),
};

function patch(header: string, mark: string, content: string): string {
  const lines = content.replace(/\n$/, '').split('\n');
  return `*** Begin Patch\n*** ${header}\n${mark}${lines.join(`\n${mark}`)}\n*** End Patch`;
}

const UNREAD = `STALE ${FILE} exists, and you have not read it in this pass: read it first`;
const CHANGED = `STALE ${FILE} changed since you read it: read it again`;

type Scene = { readonly door: Door; readonly owner: (content: string) => void };
type Story = readonly [
  that: string,
  tell: (scene: Scene) => Promise<string>,
  answer: string,
  holds: string,
];

const STORIES: readonly Story[] = [
  ['a file that was never read is not replaced', ({ door }) => door.write('new\n'), UNREAD, TEXT],
  [
    'what was read may be replaced',
    async ({ door }) => {
      await door.read();
      return door.write('new\n');
    },
    'ok',
    'new\n',
  ],
  [
    'what changed since is not replaced, and the lines in between are not lost',
    async ({ door, owner }) => {
      await door.read();
      owner(`${TEXT}a line of the owner\n`);
      return door.write('new\n');
    },
    CHANGED,
    `${TEXT}a line of the owner\n`,
  ],
  [
    'what was read again may be replaced',
    async ({ door, owner }) => {
      await door.read();
      owner('the owner\n');
      await door.write('new\n');
      await door.read();
      return door.write('the owner and I\n');
    },
    'ok',
    'the owner and I\n',
  ],
  [
    'what the agent wrote itself it need not read',
    async ({ door }) => {
      await door.read();
      await door.write('first\n');
      return door.write('second\n');
    },
    'ok',
    'second\n',
  ],
  [
    'but what changed since the agent wrote it, it must read',
    async ({ door, owner }) => {
      await door.read();
      await door.write('first\n');
      owner('the owner\n');
      return door.write('second\n');
    },
    CHANGED,
    'the owner\n',
  ],
  [
    'some lines are not the file',
    async ({ door }) => {
      await door.read({ from: 1, to: 2 });
      return door.write('new\n');
    },
    `STALE you have read only some lines of ${FILE}: read the others first`,
    TEXT,
  ],
  [
    'all lines, one part after the other, are',
    async ({ door }) => {
      await door.read({ from: 3, to: 3 });
      await door.read({ from: 1, to: 2 });
      return door.write('new\n');
    },
    'ok',
    'new\n',
  ],
  [
    'parts of two versions are neither',
    async ({ door, owner }) => {
      await door.read({ from: 1, to: 2 });
      owner('ONE\nTWO\nthree\n');
      await door.read({ from: 3, to: 3 });
      return door.write('new\n');
    },
    `STALE you have read only some lines of ${FILE}: read the others first`,
    'ONE\nTWO\nthree\n',
  ],
  [
    'a passage is replaced without reading: it carries its own base',
    ({ door, owner }) => {
      owner('one\nmore\n');
      return door.edit('one', 'ONE');
    },
    'ok',
    'ONE\nmore\n',
  ],
  [
    'and does not make the rest of the file seen',
    async ({ door }) => {
      await door.edit('one', 'ONE');
      return door.write('new\n');
    },
    UNREAD,
    'ONE\ntwo\nthree\n',
  ],
  [
    'a passage replaced in what was read leaves it read',
    async ({ door }) => {
      await door.read();
      await door.edit('one', 'ONE');
      return door.write('new\n');
    },
    'ok',
    'new\n',
  ],
  ['the same text again is no replacement', ({ door }) => door.write(TEXT), 'ok', TEXT],
];

for (const [name, open] of Object.entries(DOORS))
  t.test(`through ${name}`, async (t) => {
    for (const [that, tell, answer, holds] of STORIES) {
      const pass = livePass(t.testdir());
      const file = join(pass.root, FILE);
      const owner = (content: string): void => writeFileSync(file, content);
      mkdirSync(dirname(file), { recursive: true });
      owner(TEXT);
      t.equal(await tell({ door: open(pass), owner }), answer, that);
      t.equal(readFileSync(file, 'utf8'), holds, `${that}: what the file holds`);
    }
    const pass = livePass(t.testdir());
    rmSync(join(pass.root, FILE), { force: true });
    t.equal(await open(pass).write('new\n'), 'ok', 'a new file needs no reading');
    t.equal(await open(pass).write('newer\n'), 'ok', 'another process of the pass remembers it');
    const record = join(pass.workspace.state, 'seen', `${pass.data.runId}.jsonl`);
    t.ok(existsSync(record));
    forgetPass(pass.workspace.state, pass.data.runId);
    t.notOk(existsSync(record), 'what it has seen goes with the pass');
  });

/**
 * The table of attacks and the ordinary actions, through the tools of MCP and of a chat agent, in a
 * pass that runs: what is refused is not done, what is allowed is.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { NocturneError } from '../../src/kernel/error.js';
import { toolContext } from '../../src/passes/tool-context.js';
import { editTool } from '../../src/tools/edit.js';
import type { ToolContext } from '../../src/tools/tool-context.js';
import { writeTool } from '../../src/tools/write.js';
import type { Action } from '../../src/governance/types.js';
import { walk } from '../../src/workspace/walk.js';
import { agentCalls } from '../support/agent-calls.js';
import { attacksIn, CREDENTIAL } from '../support/attacks.js';
import { type LivePass, livePass } from '../support/live-pass.js';
import { readByPass } from '../support/read-by-pass.js';
import { ordinaryActionsIn } from '../support/ordinary-actions.js';
import { environment } from './pass-workspace.js';

t.setTimeout(600_000);

const never = new AbortController().signal;
const contextOf = ({ workspace, data }: LivePass, token: boolean): ToolContext =>
  toolContext({
    workspace,
    signal: never,
    env: {},
    say: () => undefined,
    caller: token ? { kind: 'pass', door: 'mcp', data } : { kind: 'reader', door: 'mcp' },
  });

/** The tool call that could do it; `undefined` where these tools have none. */
function callFor(pass: LivePass, action: Action, token: boolean): (() => unknown) | undefined {
  const { kind, path, content } = action;
  if (
    (kind !== 'write' && kind !== 'edit') ||
    path === undefined ||
    (content !== undefined && typeof content !== 'string')
  )
    return undefined;
  const before =
    existsSync(join(pass.root, path.replaceAll('\0', ''))) && kind === 'edit'
      ? readFileSync(join(pass.root, path), 'utf8')
      : '';
  if (before !== '')
    return () =>
      editTool.run(contextOf(pass, token), { path, old_text: before, new_text: content ?? '' });
  return () => writeTool.run(contextOf(pass, token), { path, content: content ?? 'text\n' });
}

/** Everything but the logs, in which a refusal is written down. */
function contents(root: string): string {
  return JSON.stringify(
    [...walk(root).values()]
      .filter((entry) => !entry.path.startsWith('audit/'))
      .map((entry) => [
        entry.path,
        entry.kind,
        entry.kind === 'file'
          ? readFileSync(join(root, entry.path), 'base64')
          : (entry.target ?? ''),
      ]),
  );
}

t.test(
  'mcp: every attack that its tools can express is refused for its own reason, and nothing changed',
  async (t) => {
    const pass = livePass(t.testdir());
    const before = contents(pass.root);
    let tried = 0;
    for (const [sentence, action, code, about] of Object.values(attacksIn(pass.root)).flat()) {
      if (about?.authority?.kind === 'pass') continue;
      const call = callFor(pass, action, about?.authority === undefined);
      if (call === undefined) continue;
      const error = refusalOf(call);
      t.ok(error instanceof NocturneError, sentence);
      if (error instanceof NocturneError)
        t.ok(
          ['REFUSED', 'NOT_FOUND', 'UNREADABLE'].includes(error.code) &&
            (error.code !== 'REFUSED' || error.message.includes(code)),
          `${sentence} is ${code}: ${error.code} ${error.message}`,
        );
      t.notMatch(String(error), CREDENTIAL);
      tried += 1;
    }
    t.equal(contents(pass.root), before);
    t.ok(tried >= 80, `${tried} attacks were tried`);
  },
);

t.test(
  'a chat agent: every command that is refused elsewhere is refused here, before anything is started',
  async (t) => {
    const pass = livePass(t.testdir());
    const before = contents(pass.root);
    const tools = agentCalls({
      env: environment({ root: pass.root, home: pass.home, workspace: pass.workspace }),
      pass: pass.data,
    });
    const { commands } = attacksIn(pass.root);
    for (const [sentence, action, , about] of commands)
      if (about?.authority === undefined && action.command !== undefined)
        t.match(
          await tools('run', { command: action.command }),
          { ok: false, text: /^Refused\. / },
          sentence,
        );
    t.equal(contents(pass.root), before);
  },
);

t.test('mcp: ordinary writes and edits land', async (t) => {
  let done = 0;
  for (const [sentence, action, about] of ordinaryActionsIn(join(t.testdirName, 'workspace'))
    .files) {
    if (about?.authority !== undefined) continue;
    const pass = livePass(t.testdir());
    const call = callFor(pass, action, true);
    if (call === undefined) continue;
    readByPass(pass, action.path ?? '');
    const error = refusalOf(call);
    t.equal(error, undefined, `${sentence}: ${String(error)}`);
    done += 1;
  }
  t.ok(done >= 15, `${done} were done`);
});

function refusalOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

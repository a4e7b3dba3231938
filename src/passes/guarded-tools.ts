/** The tools of a `chat` agent: every write goes through the guard and the one commit; every answer is text the model can read. */
import type { GuardedTools, ToolResult } from '../agents/types.js';
import { capabilityReasons } from '../governance/capability.js';
import { plainWords } from '../governance/guard-shell.js';
import { scopedSnapshot } from '../governance/scoped-snapshot.js';
import type { Action, Reason } from '../governance/types.js';
import { globMatches } from '../kernel/glob.js';
import type { Snapshot } from '../workspace/types.js';
import { act } from './act.js';
import { boundedQuery } from './bounded-query.js';
import { clip } from './clip.js';
import { judge, recordRefusal } from './door.js';
import { readScope } from './read-scope.js';
import { commandFolder, runWords } from './run-command-line.js';
import type { Pass } from './types.js';

const MOST_HITS = 100;

export function guardedTools(pass: Pass): GuardedTools {
  const { workspace } = pass.env;
  const scope = readScope(pass.data);
  const seen = (): Snapshot => scopedSnapshot(workspace.snapshot(), scope);
  /** What is said when the runner's capability does not go as far as the tool. */
  const outOfReach = (tool: string): ToolResult | undefined => {
    const [reason] = capabilityReasons(pass.data.capability, tool);
    if (reason !== undefined) recordRefusal(workspace, pass.data, { door: 'agent tools', what: tool, why: reason.message });
    return reason === undefined ? undefined : { ok: false, text: `Refused. ${reason.code}: ${reason.message}` };
  };
  /** What is said to the agent when it may not; `undefined` when it may. */
  const refusal = (action: Action, also: readonly Reason[] = []): ToolResult | undefined => {
    const { verdict, text } = judge(workspace, pass.data, { door: 'agent tools', actions: [action], cwd: commandFolder(pass), also });
    return verdict === 'allow' ? undefined : { ok: false, text: `Refused. ${text}` };
  };
  const write = (path: string, content: string): ToolResult => {
    const snapshot = seen();
    const action: Action = { kind: snapshot.files.has(path) ? 'edit' : 'write', path, content };
    const refused = refusal(action);
    if (refused !== undefined) return refused;
    act(pass, { reason: 'agent wrote', changes: [{ kind: 'write', path: normal(pass, path), content }] });
    return { ok: true, text: `Wrote ${path} (${content.length} characters).` };
  };
  return {
    read(path, range) {
      const barred = outOfReach('read');
      if (barred !== undefined) return barred;
      const snapshot = seen();
      const content = snapshot.text(normal(pass, path));
      if (content === undefined) return { ok: false, text: `There is no text file ${path} in the workspace.` };
      const lines = content.split('\n').slice((range?.from ?? 1) - 1, range?.to);
      return { ok: true, text: clip(lines.join('\n')) };
    },
    write: (path, content) => outOfReach('write') ?? write(path, content),
    edit(path, oldText, newText) {
      const barred = outOfReach('edit');
      if (barred !== undefined) return barred;
      const [shown, content] = [seen(), workspace.snapshot()].map((snapshot) => snapshot.text(normal(pass, path)));
      if (shown === undefined || content === undefined) return { ok: false, text: `There is no text file ${path} in the workspace.` };
      const times = oldText === '' ? 0 : shown.split(oldText).length - 1;
      if (times !== 1 || content.split(oldText).length !== 2) return { ok: false, text: `The old text occurs ${times} times in ${path}; it must occur exactly once.` };
      return write(path, content.replace(oldText, () => newText));
    },
    search(pattern, glob) {
      const barred = outOfReach('search');
      if (barred !== undefined) return barred;
      const hits: string[] = [];
      const snapshot = seen();
      const wanted = pattern.toLowerCase();
      for (const path of snapshot.files.keys()) {
        if (glob !== undefined && !globMatches(glob, path)) continue;
        for (const [i, line] of (snapshot.text(path) ?? '').split('\n').entries()) if (hits.length < MOST_HITS && line.toLowerCase().includes(wanted)) hits.push(`${path}:${i + 1}: ${line.trim().slice(0, 200)}`);
      }
      return { ok: true, text: hits.length === 0 ? 'Nothing found.' : hits.join('\n') };
    },
    query: (sql) => outOfReach('query') ?? boundedQuery(workspace.root, sql, { now: workspace.clock.now(), scope, signal: pass.env.signal }),
    async run(command) {
      const barred = outOfReach('run');
      if (barred !== undefined) return barred;
      const words = plainWords(command);
      const plain: readonly Reason[] = words === undefined ? [{ code: 'command-unparsable', message: 'only one plain command can be run: no pipes, redirections, variables or wildcards' }] : [];
      return refusal(words === undefined ? { kind: 'exec', command } : { kind: 'exec', argv: words }, plain) ?? runWords(pass, words ?? []);
    },
  };
}

/** The workspace path of what the agent named; unchanged when it is none (reading it then finds nothing). */
function normal(pass: Pass, path: string): string {
  const { workspace } = pass.env;
  const relative = path.startsWith(`${workspace.root}/`) ? path.slice(workspace.root.length + 1) : path;
  return relative.replace(/^\.\//, '');
}

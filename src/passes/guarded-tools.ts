/** The tools of a `chat` agent: every write goes through the guard and the one commit; every answer is text the model can read. */
import type { GuardedTools, ToolResult } from '../agents/types.js';
import { decide } from '../governance/decide.js';
import { plainWords } from '../governance/guard-shell.js';
import type { Action, Decision } from '../governance/types.js';
import { globMatches } from '../kernel/glob.js';
import { act } from './act.js';
import { authorityOf } from './authority.js';
import { boundedQuery } from './bounded-query.js';
import { clip } from './clip.js';
import { commandFolder, runWords } from './run-command-line.js';
import type { Pass } from './types.js';

const MOST_HITS = 100;

/** @param refused told one line for each refusal, for the briefing. */
export function guardedTools(pass: Pass, refused: (line: string) => void): GuardedTools {
  const { workspace } = pass.env;
  const refuse = (action: Action, decision: Decision): ToolResult => {
    const why = decision.reasons.map((reason) => `${reason.code}: ${reason.message}`).join('; ');
    refused(`${action.kind} ${action.path ?? action.command ?? ''}: ${why}`);
    act(pass, { reason: 'refused', audit: [{ step: 'T4', type: 'refusal', target: action.path ?? action.command ?? '', authorisation: '', result: 'refused', detail: why }] });
    return { ok: false, text: `Refused. ${why}` };
  };
  const write = (path: string, content: string): ToolResult => {
    const snapshot = workspace.snapshot();
    const action: Action = { kind: snapshot.files.has(path) ? 'edit' : 'write', path, content };
    const decision = decide(snapshot, authorityOf(pass.data), action, { home: workspace.home });
    if (decision.verdict !== 'allow') return refuse(action, decision);
    act(pass, { reason: 'agent wrote', changes: [{ kind: 'write', path: normal(pass, path), content }] });
    return { ok: true, text: `Wrote ${path} (${content.length} characters).` };
  };
  return {
    read(path, range) {
      const snapshot = workspace.snapshot();
      const content = snapshot.text(normal(pass, path));
      if (content === undefined) return { ok: false, text: `There is no text file ${path} in the workspace.` };
      const lines = content.split('\n').slice((range?.from ?? 1) - 1, range?.to);
      return { ok: true, text: clip(lines.join('\n')) };
    },
    write,
    edit(path, oldText, newText) {
      const content = workspace.snapshot().text(normal(pass, path));
      if (content === undefined) return { ok: false, text: `There is no text file ${path} in the workspace.` };
      const times = oldText === '' ? 0 : content.split(oldText).length - 1;
      if (times !== 1) return { ok: false, text: `The old text occurs ${times} times in ${path}; it must occur exactly once.` };
      return write(path, content.replace(oldText, () => newText));
    },
    search(pattern, glob) {
      const hits: string[] = [];
      const snapshot = workspace.snapshot();
      const wanted = pattern.toLowerCase();
      for (const path of snapshot.files.keys()) {
        if (glob !== undefined && !globMatches(glob, path)) continue;
        for (const [i, line] of (snapshot.text(path) ?? '').split('\n').entries()) if (hits.length < MOST_HITS && line.toLowerCase().includes(wanted)) hits.push(`${path}:${i + 1}: ${line.trim().slice(0, 200)}`);
      }
      return { ok: true, text: hits.length === 0 ? 'Nothing found.' : hits.join('\n') };
    },
    query: (sql) => boundedQuery(workspace.root, sql, { now: workspace.clock.now(), signal: pass.env.signal }),
    async run(command) {
      const words = plainWords(command);
      if (words === undefined) return refuse({ kind: 'exec', command }, { verdict: 'deny', tier: undefined, reasons: [{ code: 'command-unparsable', message: 'only one plain command can be run: no pipes, redirections, variables or wildcards' }], impact: [], diagnostics: [] });
      const action: Action = { kind: 'exec', argv: words };
      const decision = decide(workspace.snapshot(), authorityOf(pass.data), action, { cwd: commandFolder(pass), home: workspace.home });
      return decision.verdict === 'allow' ? runWords(pass, words) : refuse({ ...action, command }, decision);
    },
  };
}

/** The workspace path of what the agent named; unchanged when it is none (reading it then finds nothing). */
function normal(pass: Pass, path: string): string {
  const { workspace } = pass.env;
  const relative = path.startsWith(`${workspace.root}/`) ? path.slice(workspace.root.length + 1) : path;
  return relative.replace(/^\.\//, '');
}

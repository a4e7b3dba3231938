/**
 * The tools of a `chat` agent: those of every door, with answers as text that the model can read,
 * and one to run programs.
 */
import type { GuardedTools, ToolResult } from '../../agents/types.js';
import { plainWords } from '../../governance/guard/shell.js';
import type { Action, Reason } from '../../governance/types.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { judge } from '../door.js';
import { commandFolder, runWords } from './run-command-line.js';
import { requireCapability, type ToolAnswer, type ToolContext } from './tool-caller.js';
import { queryTool } from './tool-query.js';
import { readTool } from './tool-read.js';
import { searchTool } from './tool-search.js';
import { editTool, writeTool } from './tool-write.js';
import type { Briefed, PassEnvironment } from '../types.js';

export function guardedTools(at: {
  readonly env: PassEnvironment;
  readonly pass: Briefed;
}): GuardedTools {
  const { pass } = at;
  const { workspace, signal } = at.env;
  const context: ToolContext = {
    workspace,
    signal,
    caller: { kind: 'pass', door: 'agent tools', data: pass },
  };
  const said = (tool: string, call: () => ToolAnswer): ToolResult => {
    try {
      requireCapability(context, tool);
      return { ok: true, text: call().text };
    } catch (error) {
      return toldOrThrown(error);
    }
  };
  return {
    read: (path, range) => said('read', () => readTool(context, { path, ...range })),
    write: (path, content) => said('write', () => writeTool(context, { path, content })),
    edit: (path, old_text, new_text) =>
      said('edit', () => editTool(context, { path, old_text, new_text })),
    search: (pattern, glob) => said('search', () => searchTool(context, { pattern, glob })),
    async query(sql) {
      try {
        requireCapability(context, 'query');
        return { ok: true, text: (await queryTool(context, { sql })).text };
      } catch (error) {
        return toldOrThrown(error);
      }
    },
    async run(command) {
      const barred = said('run', () => ({ text: '', data: {} }));
      if (!barred.ok) return barred;
      const words = plainWords(command);
      const plain: readonly Reason[] =
        words === undefined
          ? [
              {
                code: 'command-unparsable',
                message:
                  'only one plain command can be run: no pipes, redirections, variables or wildcards',
              },
            ]
          : [];
      const action: Action =
        words === undefined ? { kind: 'exec', command } : { kind: 'exec', argv: words };
      const { verdict, text } = judge(workspace, pass, {
        door: 'agent tools',
        actions: [action],
        cwd: commandFolder(pass),
        also: plain,
      });
      return verdict === 'allow'
        ? runWords(at, words ?? [])
        : { ok: false, text: `Refused. ${text}` };
    },
  };
}

/**
 * What was wrong with the call is for the model; what is wrong with the pass or the disk ends the
 * pass.
 */
function toldOrThrown(error: unknown): ToolResult {
  if (
    !(error instanceof NocturneError) ||
    (error.exit !== EXIT.usage &&
      error.exit !== EXIT.refused &&
      error.code !== 'UNREADABLE' &&
      error.code !== 'CONFLICT')
  )
    throw error;
  const { code, message, hint } = error;
  return {
    ok: false,
    text: `${code === 'REFUSED' ? 'Refused. ' : ''}${message}${hint === undefined ? '' : `. ${hint}`}`,
  };
}

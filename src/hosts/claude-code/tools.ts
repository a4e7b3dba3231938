/** What Claude Code's tools do, in the guard's terms. Every hook loads it, so it stays small. */
import type { GuardedHost, ToolReader } from '../../governance/host-tools/host-tools.js';
import * as tool from '../../governance/host-tools/tool-readers.js';

const replaces = tool.edits('file_path', {
  list: 'edits',
  from: 'old_string',
  to: 'new_string',
  all: 'replace_all',
});
const spawns = tool.spawns({ task: 'prompt', target: 'subagent_type' });

const editsNotebook: ToolReader = (params) => {
  const path = tool.text(params, 'notebook_path');
  return path === undefined ? tool.lacks('notebook_path') : tool.acts({ kind: 'edit', path });
};

const TOOLS = tool.hostTools(
  {
    Read: tool.readsFile('file_path'),
    NotebookRead: tool.reads('notebook_path'),
    Glob: tool.reads('path'),
    Grep: tool.reads('path'),
    LS: tool.reads('path'),
    Write: tool.writes('file_path'),
    Edit: replaces,
    MultiEdit: replaces,
    NotebookEdit: editsNotebook,
    Bash: tool.runs({}),
    Task: spawns,
    Agent: spawns,
    WebFetch: tool.fetchesWeb('prompt'),
    WebSearch: tool.searchesWeb,
  },
  `TodoWrite TodoRead BashOutput KillShell KillBash ExitPlanMode EnterPlanMode AskUserQuestion
   ToolSearch Skill ListMcpResourcesTool TaskOutput TaskStop TaskCreate TaskUpdate TaskList TaskGet`,
);

export const GUARDED = {
  name: 'claude-code',
  tools: TOOLS,
  settings: /(?:^|\/)\.claude(?:$|\/settings[^/]*\.json$)/i,
} satisfies GuardedHost;

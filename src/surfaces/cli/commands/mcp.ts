/** `mcp`: serves the Model Context Protocol on standard input and output, or over local HTTP. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import { packageVersion } from '../package-version.js';
import { portOf } from '../port.js';
import { ok } from '../result.js';
import type { Command, CommandResult, Context } from '../types.js';
import { textTable } from '../../../report/text-table.js';
import { check, settingsOf } from './validate.js';

export const mcp: Command = {
  options: [
    {
      flags: '--http',
      description: 'serve HTTP on 127.0.0.1 instead of standard input and output',
    },
    { flags: '--port <port>', description: 'with --http: the port (default: any free port)' },
    {
      flags: '--list',
      description: 'print the tools and how many tokens of context they take, and exit',
    },
  ],
  examples: ['nocturne mcp', 'nocturne mcp --http --port 4180', 'nocturne mcp --list'],
  async run(context, { options }) {
    const { startMcp, mcpListing } = await import('../../mcp/start.js');
    if (options['list'] === true) return listed(context, await mcpListing(workspaceIfAny(context)));
    if (options['port'] !== undefined && options['http'] !== true)
      throw new NocturneError('USAGE', '--port needs --http', {
        hint: 'nocturne mcp --http --port 4180',
      });
    const port = portOf(options['port']);
    if (context.json)
      throw new NocturneError('USAGE', 'a server does not print a JSON document', {
        hint: 'leave out --json, or run nocturne mcp --list --json',
      });
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
    await startMcp({
      workspace: context.workspace(),
      check: async (snapshot, rule) =>
        check(context, snapshot, await settingsOf(context, defined({ rule }))),
      signal: ending.signal,
      say: (line) => context.progress(line),
      version: packageVersion(context.packageRoot),
      env: context.env,
      over: options['http'] === true ? { kind: 'http', port } : { kind: 'stdio' },
    });
    return ok('', {});
  },
};

/** Without a workspace, `--list` shows the tools of the core. */
function workspaceIfAny(context: Context): Workspace | undefined {
  try {
    return context.workspace();
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'NO_WORKSPACE') return undefined;
    throw error;
  }
}

type Listing = {
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly tokens: number;
  readonly ofModules: number;
};

function listed(context: Context, { tools, tokens, ofModules }: Listing): CommandResult {
  const table = textTable({
    head: ['tool', 'what it does'],
    rows: tools.map(({ name, description }) => [name, description]),
    width: context.width,
  });
  return ok(
    `${table}\n${tools.length} tools. They take about ${tokens} tokens of context${ofModules === 0 ? '' : `, ${ofModules} of them for the tools of modules`}.`,
    { tools, tokens, ofModules },
  );
}

/**
 * `mcp`: the workspace for clients of the Model Context Protocol, on standard input and output or
 * over HTTP on this machine.
 */
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import { packageVersion } from '../package-version.js';
import type { Command, CommandResult, Context } from '../types.js';
import { textTable } from '../table.js';
import { check, settingsOf } from './validate.js';

export const command: Command = {
  options: [
    { flags: '--http', description: 'over HTTP on 127.0.0.1 instead of standard input and output' },
    { flags: '--port <port>', description: 'with --http: which port (default: any that is free)' },
    {
      flags: '--list',
      description: "print the tools and what their listing takes of a model's context, and end",
    },
  ],
  examples: ['nocturne mcp', 'nocturne mcp --http --port 4180', 'nocturne mcp --list'],
  async run(context, { options }) {
    const { startMcp, mcpListing } = await import('../../mcp/start.js');
    if (options['list'] === true) return listed(context, await mcpListing(workspaceIfAny(context)));
    const port = portOf(options['port'], options['http'] === true);
    if (context.json)
      throw new NocturneError('USAGE', 'a server has no document to print', {
        hint: 'leave --json out, or ask for nocturne mcp --list --json',
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
    return { exit: EXIT.ok, text: '', json: {} };
  },
};

/** The core's tools can be listed anywhere. */
function workspaceIfAny(context: Context): Workspace | undefined {
  try {
    return context.workspace();
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'NO_WORKSPACE') return undefined;
    throw error;
  }
}

function portOf(value: unknown, http: boolean): number {
  if (value === undefined) return 0;
  if (!http)
    throw new NocturneError('USAGE', '--port is for --http', {
      hint: 'nocturne mcp --http --port 4180',
    });
  if (typeof value !== 'string' || !/^\d{1,5}$/.test(value) || Number(value) > 65535)
    throw new NocturneError('USAGE', `--port is ${String(value)}`, {
      hint: 'give a number from 0 to 65535',
    });
  return Number(value);
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
  return {
    exit: EXIT.ok,
    text: `${table}\n${tools.length} tools; the listing takes about ${tokens} tokens (four bytes each)${ofModules === 0 ? '' : `, ${ofModules} of them for the tools of modules`}.`,
    json: { tools, tokens, ofModules },
  };
}

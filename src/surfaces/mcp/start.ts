/** Serves a workspace over the Model Context Protocol, or lists the tools that it would serve. */
import { NocturneError } from '../../kernel/error.js';
import type { Served } from './call-tool.js';
import { estimatedTokens, listing, type ListedTool } from './listing.js';
import { serveHttp } from './serve-http.js';
import { serveStdio } from './serve-stdio.js';
import type { Workspace } from '../../workspace/types.js';
import { servedTools } from '../../modules/served-tools.js';
import { toolsOf } from '../../tools/tools.js';

export type McpStart = Served & {
  readonly version: string;
  readonly over: { readonly kind: 'stdio' } | { readonly kind: 'http'; readonly port: number };
};

const SHORTEST_SECRET = 32;

/** Returns when the client has disconnected (stdio), or when the signal ends it. */
export async function startMcp(start: McpStart): Promise<void> {
  const { env, over, version } = start;
  if (over.kind === 'stdio')
    return serveStdio(start, { version, token: env['NOCTURNE_PASS_TOKEN'] });
  const secret = env['NOCTURNE_MCP_TOKEN'];
  if (secret !== undefined && !/^[\x21-\x7e]{32,}$/.test(secret))
    throw new NocturneError(
      'CONFIG',
      `$NOCTURNE_MCP_TOKEN is too short or has blanks; expected at least ${SHORTEST_SECRET} printable characters`,
      { hint: 'set a longer one, or unset it to get a new token at each start' },
    );
  return serveHttp(start, { version, port: over.port, secret });
}

/** `tokens` estimates the context that the listing takes; `ofModules` is the share of modules. */
export async function mcpListing(workspace: Workspace | undefined): Promise<{
  readonly tools: readonly ListedTool[];
  readonly tokens: number;
  readonly ofModules: number;
}> {
  const tools = workspace === undefined ? toolsOf('mcp') : await servedTools(workspace, 'mcp');
  return {
    tools: listing(tools),
    tokens: estimatedTokens(tools),
    ofModules: estimatedTokens(tools) - estimatedTokens(toolsOf('mcp')),
  };
}

/** The protocol server of one connection: lists the tools and calls them. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { callTool, type Served } from './call-tool.js';
import { INSTRUCTIONS, listing } from './listing.js';
import { servedTools } from '../../modules/served-tools.js';

export const PASS_HEADER = 'nocturne-pass-token';

/** @param options.token from the environment; over HTTP, a header of each request overrides it. */
export function makeServer(
  served: Served,
  options: { readonly version: string; readonly token?: string | undefined },
): Server {
  const server = new Server(
    { name: 'nocturne', version: options.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: [...listing(await servedTools(served.workspace, 'mcp'))],
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal, requestInfo }) => {
    const sent = requestInfo?.headers[PASS_HEADER];
    return callTool(served, {
      name: params.name,
      args: params.arguments ?? {},
      token: typeof sent === 'string' ? sent : options.token,
      client: clientOf(server),
      signal,
    });
  });
  return server;
}

function clientOf(server: Server): string | undefined {
  const client = server.getClientVersion();
  return client === undefined ? undefined : `${client.name} ${client.version}`;
}

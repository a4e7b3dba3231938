/** Serves one client on standard input and output, and ends when the client disconnects. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Served } from './call-tool.js';
import { makeServer } from './make-server.js';

export async function serveStdio(
  served: Served,
  options: { readonly version: string; readonly token: string | undefined },
): Promise<void> {
  const server = makeServer(served, options);
  const ended = new Promise<void>((resolve) => {
    const end = (): void => resolve();
    for (const event of ['end', 'close'] as const) process.stdin.once(event, end);
    served.signal.addEventListener('abort', end, { once: true });
    server.onclose = end;
    if (served.signal.aborted) end();
  });
  server.onerror = (error) => served.say(`mcp: ${error.message}`);
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
}

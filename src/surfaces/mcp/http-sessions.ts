/** The sessions of an HTTP server, each with its own protocol server. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const MOST_SESSIONS = 32;

export class HttpSessions {
  /** The most recently used session is last. */
  private readonly open = new Map<string, StreamableHTTPServerTransport>();

  constructor(
    private readonly make: () => Server,
    private readonly limits: { readonly bodyBytes: number },
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = request.headers['mcp-session-id'];
    if (typeof id !== 'string') return (await this.begin()).handleRequest(request, response);
    const transport = this.open.get(id);
    if (transport === undefined)
      return answer(response, 404, 'there is no such session; start a new one with initialize');
    this.open.delete(id);
    this.open.set(id, transport);
    await transport.handleRequest(request, response);
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map((transport) => transport.close()));
    this.open.clear();
  }

  /** The transport is stored only once the client has begun a session with it. */
  private async begin(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: this.limits.bodyBytes,
      onsessioninitialized: (id) => this.store(id, transport),
      onsessionclosed: (id) => void this.open.delete(id),
    });
    // The SDK's class declares its handlers as accessors, which exactOptionalPropertyTypes does not
    // take for the interface's optional properties.
    await this.make().connect(transport as Parameters<Server['connect']>[0]);
    return transport;
  }

  private async store(id: string, transport: StreamableHTTPServerTransport): Promise<void> {
    this.open.set(id, transport);
    const [oldest] = this.open;
    if (this.open.size <= MOST_SESSIONS || oldest === undefined) return;
    this.open.delete(oldest[0]);
    await oldest[1].close();
  }
}

/** An error before any session, in the format of the protocol. */
export function answer(response: ServerResponse, status: number, message: string): void {
  const headers = {
    'content-type': 'application/json',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
  response
    .writeHead(status, headers)
    .end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message }, id: null }));
}

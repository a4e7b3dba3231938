/**
 * A workspace with one project, served by the real process, and the official client of the protocol
 * connected to it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { read } from '../../passes/pass-workspace.js';
import type { Place } from '../../passes/pass-workspace.js';
import { FAKED_CLOCK } from '../../support/faked-clock.js';
import { type Answered, callProgram } from '../../support/standing-process.js';

export const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
export const PAGE = 'PROJECTS/pages/outputs/page.md';
export const ENTRIES = '# Page\n\n## Entries\n\n- name: one\n- name: two\n';

export type Env = Readonly<Record<string, string>>;

/**
 * What a process of the host would see: nothing of the tests' own environment that nocturne reads.
 */
export function cleanEnvironment(place: Place, env: Env = {}): Env {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: place.home,
    NOCTURNE_HOME: place.home,
    ...FAKED_CLOCK,
    ...env,
  };
}

export function nocturne(
  place: Place,
  words: readonly string[],
  at: { readonly env?: Env; readonly input?: string } = {},
): { readonly exit: number; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    cwd: place.root,
    env: cleanEnvironment(place, at.env),
    encoding: 'utf8',
    input: at.input ?? '',
  });
  return { exit: status ?? -1, stdout, stderr };
}

type Asked = { readonly env?: Env; readonly input?: string };

/** As `nocturne`, but only the first call of each command starts a process. */
export const ask = (place: Place, words: readonly string[], at: Asked = {}): Promise<Answered> =>
  callProgram({ words, env: cleanEnvironment(place, at.env), cwd: place.root }, at.input);

export async function askForDocument(
  place: Place,
  words: readonly string[],
  at: Asked = {},
): Promise<Readonly<Record<string, unknown>>> {
  return documentIn((await ask(place, [...words, '--json'], at)).stdout);
}

/** The document that a command prints, without `schema`. */
export function document(
  place: Place,
  words: readonly string[],
  at: { readonly env?: Env; readonly input?: string } = {},
): Readonly<Record<string, unknown>> {
  return documentIn(nocturne(place, [...words, '--json'], at).stdout);
}

function documentIn(stdout: string): Readonly<Record<string, unknown>> {
  const { schema: _, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
  return rest;
}

/** `nocturne pass begin`, and the token that it prints. */
export function beginPass(place: Place): { readonly token: string; readonly runId: string } {
  const begun = document(place, ['pass', 'begin', '--role', 'worker']) as {
    token: string;
    run: { id: string };
  };
  return { token: begun.token, runId: begun.run.id };
}

export function serverCommand(
  env: Env,
  words: readonly string[] = [],
): { readonly command: string; readonly args: string[]; readonly env: Record<string, string> } {
  return { command: process.execPath, args: [BIN, 'mcp', ...words], env: { ...env } };
}

/** A client on the standard input and output of a server of its own. */
export async function connectStdio(place: Place, env: Env = {}): Promise<Client> {
  const client = new Client({ name: 'a-test', version: '1.2.3' });
  await client.connect(
    new StdioClientTransport({
      ...serverCommand(cleanEnvironment(place, env)),
      cwd: place.root,
      stderr: 'pipe',
    }),
  );
  return client;
}

export type HttpServer = {
  readonly url: string;
  readonly token: string;
  readonly port: number;
  readonly said: () => string;
  end(): Promise<number | null>;
};

/** `nocturne mcp --http`; ready when it has said where. */
export async function startHttp(
  place: Place,
  at: { readonly env?: Env; readonly words?: readonly string[] } = {},
): Promise<HttpServer> {
  const child = spawn(process.execPath, [BIN, 'mcp', '--http', ...(at.words ?? [])], {
    cwd: place.root,
    env: cleanEnvironment(place, at.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('While this server runs')) resolve();
    });
    void ended.then((code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  const url = /at (http:\S+)/.exec(said)?.[1] ?? '';
  return {
    url,
    token: /Bearer (\S+)/.exec(said)?.[1] ?? '',
    port: Number(new URL(url).port),
    said: () => said,
    end() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

export async function connectHttp(server: HttpServer, headers: Env = {}): Promise<Client> {
  const client = new Client({ name: 'a-web-test', version: '4.5.6' });
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: { Authorization: `Bearer ${server.token}`, ...headers } },
  });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return client;
}

export type Answer = {
  readonly failed: boolean;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly error: { readonly code?: string; readonly message?: string; readonly hint?: string };
};

export async function call(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const result = (await client.callTool({ name, arguments: { ...args } })) as CallToolResult;
  const [first] = result.content;
  return {
    failed: result.isError === true,
    text: first?.type === 'text' ? first.text : '',
    data: result.structuredContent,
    error: (result.structuredContent?.['error'] ?? {}) as Answer['error'],
  };
}

export { read };

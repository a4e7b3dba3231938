/** A workspace with an owner of its own, used only by real processes of the command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readApplied } from '../../../src/modules/mesh/server/applied.js';
import { lifeOf } from '../../../src/workspace/process-identity.js';
import { stateDirectory } from '../../../src/workspace/state-home.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import {
  type Answered,
  type Asked,
  callProgram,
  startAlone,
} from '../../support/standing-process.js';
import { NATS_SERVER } from './nats-server.js';

const PROGRAM = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));

export type Ran = {
  readonly exit: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
};
type Scope = { teardown(act: () => unknown): void };

export class MeshProcess {
  readonly name: string;
  readonly root: string;
  readonly home: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  #serving: ChildProcess | undefined;
  #said = '';

  /** @param files of its workspace. */
  constructor(folder: string, name: string, files: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(folder, name), { recursive: true });
    const made = makeWorkspace(join(folder, name), { files });
    made.workspace.close();
    this.name = name;
    this.root = made.root;
    this.home = made.home;
    const { NOCTURNE_RUN, NOCTURNE_PASS_TOKEN, NOCTURNE_WORKSPACE, ...env } = process.env;
    this.#env = { ...env, NOCTURNE_HOME: this.home, NATS_SERVER };
  }

  get state(): string {
    return stateDirectory(this.home, this.root);
  }

  /** What `nocturne serve` has said. */
  get said(): string {
    return this.#said;
  }

  /** One command, with --json, after those before it. */
  async run(...words: readonly string[]): Promise<Ran> {
    return ranOf(await callProgram(this.#asked(words)));
  }

  /** The same in a process of its own, next to other commands. */
  async runAlone(...words: readonly string[]): Promise<Ran> {
    return ranOf(await startAlone(this.#asked(words)));
  }

  #asked(words: readonly string[]): Asked {
    return { words: [...words, '--json'], env: this.#env, cwd: this.root };
  }

  /** @param words another command that serves. */
  async serve(...words: readonly string[]): Promise<void> {
    const from = this.#said.length;
    const child = spawn(process.execPath, [PROGRAM, ...(words.length === 0 ? ['serve'] : words)], {
      cwd: this.root,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#serving = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => {
        this.#said += part.toString();
      });
    await this.untilSaid('is connected to', from);
  }

  /** Waits until `nocturne serve` says it, since `from` characters. */
  async untilSaid(text: string, from = 0): Promise<void> {
    await until(() => this.#said.slice(from).includes(text), `${text} in:\n${this.#said}`);
  }

  /** Such as SIGSTOP, to what serves. */
  signal(signal: NodeJS.Signals): void {
    this.#serving?.kill(signal);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#serving;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    const server = readApplied(this.state)?.server;
    if (signal === 'SIGTERM' && server !== undefined && lifeOf(server) === 'alive')
      throw new Error(`the server outlives its service:\n${this.#said}`);
  }
}

/** Asks again and again; fails after a minute. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo()); ) {
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** A lead that serves, with TLS on loopback. */
export async function leadProcess(
  t: Scope,
  folder: string,
  port: number,
  files: Readonly<Record<string, string>> = {},
): Promise<MeshProcess> {
  const lead = new MeshProcess(folder, 'lead', files);
  t.teardown(() => lead.stop());
  const begun = await lead.run('mesh', 'init', '--name', 'lead', '--port', String(port), '--yes');
  if (begun.exit !== 0) throw new Error(begun.text);
  await lead.serve();
  return lead;
}

export async function tokenOf(lead: MeshProcess, ...options: readonly string[]): Promise<string> {
  const { json, text } = await lead.run('mesh', 'invite', ...options);
  if (typeof json['token'] !== 'string') throw new Error(text);
  return json['token'];
}

/** Another workspace that has joined; it does not serve yet. */
export async function joinedProcess(
  t: Scope,
  {
    lead,
    folder,
    name,
    files,
  }: {
    readonly lead: MeshProcess;
    readonly folder: string;
    readonly name: string;
    readonly files?: Readonly<Record<string, string>>;
  },
): Promise<MeshProcess> {
  const node = new MeshProcess(folder, name, files);
  t.teardown(() => node.stop());
  const joined = await node.run('mesh', 'join', await tokenOf(lead), '--name', name, '--yes');
  if (joined.exit !== 0) throw new Error(joined.text);
  return node;
}

function ranOf({ exit, stdout, stderr }: Answered): Ran {
  return { exit, json: jsonOf(stdout), text: `${stdout}${stderr}` };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

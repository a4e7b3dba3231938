/**
 * A workspace made for OpenClaw, with one project, its host and its model, all below one folder
 * that is taken away afterwards.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Host, makeHost } from './host.js';
import { type ScriptedModel, scriptedModel } from './scripted-model.js';

const BIN = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type Said = {
  readonly exit: number | undefined;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
};
export type Place = {
  readonly root: string;
  readonly host: Host;
  readonly model: ScriptedModel;
  /**
   * `nocturne WORDS --json` as the owner, in the workspace. @throws when it does not end as `exit`
   * says.
   */
  nocturne(words: readonly string[], exit?: number): Promise<Readonly<Record<string, unknown>>>;
  /** Rows of a query, as text. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  read(path: string): string;
  /** Stops the gateway and takes everything away, whatever happened before. */
  close(): Promise<void>;
};

export async function makePlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'nocturne-openclaw-'));
  const [root, bin] = [join(directory, 'workspace'), join(directory, 'programs')];
  mkdirSync(bin);
  writeFileSync(join(bin, 'nocturne'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`, {
    mode: 0o755,
  });
  const model = await scriptedModel();
  const host = await makeHost({ directory, workspace: root, modelPort: model.port, bin });
  const say = async (words: readonly string[], cwd: string): Promise<Said> => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [BIN, ...words, '--json'], {
      cwd,
      env: { ...host.env },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    return {
      exit: exitCode,
      json: stdout === '' ? {} : (JSON.parse(stdout) as Said['json']),
      text: `${stdout}${stderr}`,
    };
  };
  const nocturne = async (
    words: readonly string[],
    exit = 0,
    cwd = root,
  ): Promise<Said['json']> => {
    const said = await say(words, cwd);
    if (said.exit !== exit)
      throw new Error(
        `nocturne ${words.join(' ')} ended with ${said.exit}, expected ${exit}: ${said.text.slice(0, 3000)}`,
      );
    return said.json;
  };
  const place: Place = {
    root,
    host,
    model,
    nocturne,
    rows: async (sql) =>
      (await nocturne(['query', sql]))['rows'] as readonly Readonly<Record<string, unknown>>[],
    read: (path) => readFileSync(join(root, path), 'utf8'),
    async close() {
      for (const signal of SIGNALS) process.off(signal, stopped);
      await host.stop();
      await model.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
    },
  };
  // A test that is interrupted leaves neither a gateway nor a folder behind.
  const stopped = (): void => void place.close().finally(() => process.exit(1));
  for (const signal of SIGNALS) process.on(signal, stopped);
  try {
    await nocturne(
      ['init', root, '--owner', 'Ada', '--domain', 'pages about pages', '--yes'],
      0,
      directory,
    );
    await nocturne([
      'project',
      'new',
      'pages',
      '--mission',
      'Write pages.',
      '--objective',
      'Write the first page.',
    ]);
    return place;
  } catch (error) {
    await place.close();
    throw error;
  }
}

/** The nats-server of this machine: `$NATS_SERVER`, else the newest of those that are found. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { existsSync } from '../../../kernel/files.js';
import { HOW_TO_GET, isAtLeast } from './advisories.js';

export type FoundServer = { readonly path: string; readonly version: string };
type Env = Readonly<Record<string, string | undefined>>;

/** Packages put it there, which is not in everybody's $PATH. */
const MORE_FOLDERS = ['/usr/local/bin', '/usr/sbin', '/opt/homebrew/bin'];
const NAME = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/** Nothing if there is none, or `$NATS_SERVER` names a program that is not one. */
export function findServer(env: Env): FoundServer | undefined {
  const named = env['NATS_SERVER'];
  const paths = named === undefined || named === '' ? candidates(env) : [named];
  const found = paths.flatMap((path) => {
    const version = versionOf(path);
    return version === undefined ? [] : [{ path, version }];
  });
  return found.reduce<FoundServer | undefined>(
    (best, each) => (best === undefined || !isAtLeast(best.version, each.version) ? each : best),
    undefined,
  );
}

/** @throws NocturneError `MISSING_PART` */
export function serverProgram(env: Env): FoundServer {
  const found = findServer(env);
  if (found !== undefined) return found;
  const named = env['NATS_SERVER'];
  throw new NocturneError(
    'MISSING_PART',
    named === undefined || named === ''
      ? 'nats-server is not installed: it is neither in a folder of $PATH nor in ~/go/bin'
      : `$NATS_SERVER is ${named}, which does not run as nats-server`,
    { hint: `get it: ${HOW_TO_GET}` },
  );
}

function candidates(env: Env): readonly string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const go = env['GOPATH'] ?? join(env['HOME'] ?? homedir(), 'go');
  const paths = [...folders, join(go, 'bin'), ...MORE_FOLDERS].map((folder) => join(folder, NAME));
  return [...new Set(paths)].filter((path) => existsSync(path));
}

function versionOf(path: string): string | undefined {
  const { stdout, status } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] : undefined;
}

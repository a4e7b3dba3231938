/**
 * What the machine has: Node, SQLite, a place for state, room on the disk, and programs that are
 * nice to have.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { findProgram } from '../../agents/find-program.js';
import { probeSandbox } from '../../agents/sandbox-probe.js';
import { broken, type Machine, type MachineCheck, off, unknown, working } from './types.js';

const LEAST_FREE = 100 * 1024 * 1024;
const VERSION_MS = 10_000;

export const node: MachineCheck = {
  of: 'machine',
  id: 'node',
  look: ({ packageRoot }) => {
    const wanted = /(\d+)\.(\d+)/.exec(enginesOf(packageRoot));
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const [least, leastMinor] = [Number(wanted?.[1] ?? 0), Number(wanted?.[2] ?? 0)];
    const fact = `Node.js ${process.versions.node}`;
    return major > least || (major === least && minor >= leastMinor)
      ? working(fact)
      : broken(
          `${fact}, expected ${least}.${leastMinor} or newer`,
          'install a newer Node.js, then npm ci',
        );
  },
};

export const sqlite: MachineCheck = {
  of: 'machine',
  id: 'sqlite',
  look: async () => {
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(':memory:');
    try {
      const row: unknown = database.prepare('SELECT sqlite_version() AS version').get();
      const version =
        typeof row === 'object' && row !== null && 'version' in row ? String(row.version) : '';
      return version === ''
        ? broken('SQLite loads and does not answer', 'npm rebuild better-sqlite3')
        : working(`SQLite ${version} answers`);
    } finally {
      database.close();
    }
  },
};

export const home: MachineCheck = {
  of: 'machine',
  id: 'state',
  look: ({ home: path }) => {
    if (!existsSync(path))
      return off(
        `${path} is not there yet: no workspace was made on this machine`,
        'nocturne init DIR',
      );
    try {
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch {
      return broken(`${path} cannot be written`, `chmod u+rwx ${path}`);
    }
    if (!existsSync(join(path, 'workspaces')))
      return broken(`${path} has no workspaces directory`, 'nocturne doctor --fix');
    return working(`state is kept in ${path}`);
  },
  mend: ({ home: path }) => {
    if (!existsSync(path) || existsSync(join(path, 'workspaces'))) return undefined;
    mkdirSync(join(path, 'workspaces'), { mode: 0o700 });
    return 'made the directory';
  },
};

export const disk: MachineCheck = {
  of: 'machine',
  id: 'disk',
  look: (at) => {
    const places = [at.home, ...(typeof at.root === 'string' ? [at.root] : [])].map((path) => ({
      path,
      device: statSync(existing(path)).dev,
    }));
    const disks = places.filter(
      (one, i) => places.findIndex((other) => other.device === one.device) === i,
    );
    return disks.map(({ path, device }) => {
      const { bavail, bsize } = statfsSync(existing(path));
      const free = bavail * bsize;
      const fact = `${Math.round(free / 1024 / 1024)} MB free for ${places
        .filter((one) => one.device === device)
        .map((one) => one.path)
        .join(' and ')}`;
      return free >= LEAST_FREE
        ? working(fact)
        : broken(fact, 'make room: a commit needs place for the new files beside the old ones');
    });
  },
};

export const git: MachineCheck = {
  of: 'machine',
  id: 'git',
  look: (at) => {
    const program = findProgram('git', { path: at.env['PATH'], directory: '/' });
    if (program === undefined)
      return off(
        'git is not on the path',
        'install git to keep the history of a workspace elsewhere too',
      );
    if (typeof at.root !== 'string') return working(`git is ${program}`);
    const repository = repositoryOf(at.root);
    return repository === undefined
      ? off('the workspace is not in git', 'git init, if you want its history elsewhere too')
      : working(`the workspace is in the repository ${repository}`);
  },
};

export const sandbox: MachineCheck = {
  of: 'machine',
  id: 'sandbox',
  look: async ({ env }) => {
    const probe = await probeSandbox(env['PATH']);
    if (probe.kind === 'works') return working(`${probe.version} makes sandboxes (${probe.bwrap})`);
    return off(
      `no sandbox for agents: ${probe.why}`,
      probe.kind === 'missing'
        ? 'install the package bubblewrap'
        : 'allow user namespaces to this user; on some systems that is a setting of the kernel or of AppArmor',
    );
  },
};

export const openclaw: MachineCheck = {
  of: 'machine',
  id: 'openclaw',
  look: (at: Machine) => {
    const program = findProgram('openclaw', { path: at.env['PATH'], directory: '/' });
    if (program === undefined)
      return off('openclaw is not on the path; passes can be run without it');
    const { status, stdout } = spawnSync(program, ['--version'], {
      encoding: 'utf8',
      timeout: VERSION_MS,
      env: at.env as NodeJS.ProcessEnv,
    });
    const [version = ''] = (stdout ?? '').trim().split('\n');
    return status === 0
      ? working(`openclaw ${version.replace(/^openclaw\s*/i, '')} is ${program}`)
      : unknown(`openclaw is ${program}, and did not say its version`, 'openclaw doctor');
  },
};

function enginesOf(packageRoot: string): string {
  const read = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    readonly engines?: { readonly node?: string };
  };
  return read.engines?.node ?? '';
}

/** The path itself or the nearest parent that is there. */
function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

function repositoryOf(root: string): string | undefined {
  for (let directory = root; ; directory = dirname(directory)) {
    if (statSync(join(directory, '.git'), { throwIfNoEntry: false }) !== undefined)
      return directory;
    if (directory === dirname(directory)) return undefined;
  }
}

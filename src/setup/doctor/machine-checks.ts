/** Checks of the machine: Node, SQLite, the state directory, disk space, and the sandbox. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statfsSync,
  statSync,
} from '../../kernel/files.js';
import { dirname, join } from 'node:path';
import { probeSandbox } from '../../agents/sandbox-probe.js';
import { broken, off, working } from '../../kernel/observation.js';
import type { MachineCheck } from './types.js';

const LEAST_FREE = 100 * 1024 * 1024;

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
        ? broken('SQLite loads but does not answer', 'npm rebuild better-sqlite3')
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
        `${path} does not exist yet: nobody has made a workspace on this machine`,
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
  repair: ({ home: path }) => {
    if (!existsSync(path) || existsSync(join(path, 'workspaces'))) return undefined;
    mkdirSync(join(path, 'workspaces'), { mode: 0o700 });
    return 'created the directory';
  },
};

export const disk: MachineCheck = {
  of: 'machine',
  id: 'disk',
  look: (machine) => {
    const places = [machine.home, ...(typeof machine.root === 'string' ? [machine.root] : [])].map(
      (path) => ({
        path,
        device: statSync(existing(path)).dev,
      }),
    );
    const disks = places.filter(
      (place, i) => places.findIndex((other) => other.device === place.device) === i,
    );
    return disks.map(({ path, device }) => {
      const { bavail, bsize } = statfsSync(existing(path));
      const free = bavail * bsize;
      const fact = `${Math.round(free / 1024 / 1024)} MB free for ${places
        .filter((place) => place.device === device)
        .map((place) => place.path)
        .join(' and ')}`;
      return free >= LEAST_FREE
        ? working(fact)
        : broken(fact, 'free some space: a commit needs room for the new files and the old ones');
    });
  },
};

export const sandbox: MachineCheck = {
  of: 'machine',
  id: 'sandbox',
  look: async ({ env }) => {
    const probe = await probeSandbox(env['PATH']);
    if (probe.kind === 'works')
      return working(`${probe.version} can make sandboxes (${probe.bwrap})`);
    return off(
      `no sandbox for agents: ${probe.why}`,
      probe.kind === 'missing'
        ? 'install the package bubblewrap'
        : 'allow user namespaces for this user; on some systems this is a kernel or AppArmor setting',
    );
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

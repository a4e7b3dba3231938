/** What a sandboxed process sees of the file system, as mounts and as bubblewrap's arguments. */
import { isInside } from '../kernel/is-inside.js';
import { existsSync, lstatSync, readlinkSync, realpathSync } from '../kernel/files.js';
import { join } from 'node:path';

/** `hidden`: an empty read-only folder. `empty`: an empty writable one. */
export type Mount = { readonly path: string } & (
  | {
      readonly kind: 'ro' | 'rw';
      /** What is seen there, if not what is there. */
      readonly source?: string;
    }
  | { readonly kind: 'empty' | 'hidden' | 'dev' | 'proc' }
  | { readonly kind: 'symlink'; readonly target: string }
);
/** A deeper path wins over a shallower one, in any order. */
export type Mounts = ReadonlyMap<string, Mount>;

/**
 * Own processes, messages and names; no capability, even for root; ends with its parent; no
 * terminal.
 */
export const NAMESPACES = [
  '--unshare-user',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-cgroup-try',
  '--die-with-parent',
  '--new-session',
  '--cap-drop',
  'ALL',
] as const;

/** Under `strict`, nothing else of the root exists. */
const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/etc',
  '/opt',
  '/nix/store',
  '/gnu/store',
];
const PRIVATE = ['/tmp', '/var/tmp', '/run'];
/** Under `workspace`, the home directory can be read, without these credentials. */
const CREDENTIALS = [
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.password-store',
  '.netrc',
  '.git-credentials',
  '.npmrc',
  '.pypirc',
  '.pgpass',
  '.vault-token',
  '.config/gcloud',
  '.config/gh',
  '.config/op',
  '.config/hub',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.local/share/keyrings',
  '.mozilla',
  '.config/google-chrome',
  '.config/chromium',
  '.bash_history',
  '.zsh_history',
];

const PASSWORDS = ['/etc/shadow', '/etc/gshadow'];

export function strictMounts(home: string): readonly Mount[] {
  return [
    ...DEVICES,
    ...passwords(),
    ...SYSTEM.filter((path) => existsSync(path)).map(asItIs),
    ...PRIVATE.map(empty),
    ...(home === '/' ? [] : [empty(home)]),
    ...nameServers(),
  ];
}

/** Everything read-only, without credentials and the sockets of services. */
export function workspaceMounts(home: string): readonly Mount[] {
  const credentials = CREDENTIALS.map((name) => join(home, name))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));
  return [
    { kind: 'ro', path: '/' },
    ...DEVICES,
    ...passwords(),
    ...PRIVATE.filter((path) => existsSync(path)).map((path) => empty(realpathSync(path))),
    { kind: 'ro', path: home },
    ...nameServers(),
    ...credentials.map(hide),
  ];
}

/** A folder is emptied; a file is covered by a device that cannot be opened there. */
export function hide(path: string): Mount {
  return { kind: 'hidden', path };
}

export function mountsByPath(mounts: readonly Mount[]): Mounts {
  return new Map(mounts.map((mount) => [mount.path, mount]));
}

/** Whether `path` is the same inside as outside. */
export function isVisible(mounts: Mounts, path: string): boolean {
  let nearest: Mount | undefined;
  for (const mount of mounts.values())
    if (
      isInside(mount.path, path) &&
      (nearest === undefined || mount.path.length > nearest.path.length)
    )
      nearest = mount;
  return nearest !== undefined && ['ro', 'rw', 'symlink'].includes(nearest.kind);
}

/** In mounting order. */
export function mountArguments(mounts: Mounts): readonly string[] {
  return [...mounts.values()].sort((a, b) => a.path.length - b.path.length).flatMap(argumentsOf);
}

function argumentsOf(mount: Mount): readonly string[] {
  const { path } = mount;
  switch (mount.kind) {
    case 'ro':
      return ['--ro-bind', mount.source ?? path, path];
    case 'rw':
      return ['--bind', mount.source ?? path, path];
    case 'empty':
      return ['--tmpfs', path];
    case 'hidden':
      return lstatSync(path, { throwIfNoEntry: false })?.isFile()
        ? ['--ro-bind', '/dev/null', path]
        : ['--tmpfs', path, '--remount-ro', path];
    case 'dev':
      return ['--dev', path];
    case 'proc':
      // Root could change settings of the whole machine there, without any capability.
      return ['--proc', path, '--remount-ro', path];
    case 'symlink':
      return ['--symlink', mount.target, path];
  }
}

const DEVICES: readonly Mount[] = [
  { kind: 'dev', path: '/dev' },
  { kind: 'proc', path: '/proc' },
];

/** Only root could read them, but root may be running this. */
function passwords(): readonly Mount[] {
  return PASSWORDS.filter((path) => existsSync(path)).map(hide);
}

/** Whatever else is mounted in it is seen. */
export function empty(path: string): Mount {
  return { kind: 'empty', path };
}

function asItIs(path: string): Mount {
  return lstatSync(path).isSymbolicLink()
    ? { kind: 'symlink', path, target: readlinkSync(path) }
    : { kind: 'ro', path };
}

/** Often a link into `/run`, which does not exist inside. */
function nameServers(): readonly Mount[] {
  try {
    const path = realpathSync('/etc/resolv.conf');
    return path.startsWith('/run/') ? [{ kind: 'ro', path }] : [];
  } catch {
    return [];
  }
}

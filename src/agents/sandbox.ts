/** The sandbox of a pass's processes: the decision, its description, and a command put into it. */
import { isInside } from '../kernel/is-inside.js';
import { existsSync, realpathSync } from '../kernel/files.js';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { findProgram } from './find-program.js';
import type { Forwarding } from './model-access.js';
import { programPlaces } from './program-places.js';
import {
  empty,
  hide,
  isVisible,
  type Mount,
  mountArguments,
  mountsByPath,
  NAMESPACES,
  strictMounts,
  workspaceMounts,
} from './sandbox-mounts.js';
import type { SandboxProbe } from './sandbox-probe.js';
import { liveProcess, type LiveProcess } from './process-table.js';

/** `without`: a sandbox was preferred but is not available. */
export type SandboxInForce =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'on';
      readonly mode: 'workspace' | 'strict';
      readonly network: boolean;
      readonly read: readonly string[];
      readonly bwrap: string;
    }
  | { readonly kind: 'without'; readonly mode: 'workspace' | 'strict'; readonly why: string };
export type SandboxOn = Extract<SandboxInForce, { kind: 'on' }>;
/** `refused`: a sandbox was required but is not available. */
export type SandboxDecision =
  | SandboxInForce
  | { readonly kind: 'refused'; readonly mode: 'workspace' | 'strict'; readonly why: string };

/** Absolute paths. `readOnly` is inside `writable`. */
export type SandboxPlaces = {
  readonly workspace: string;
  readonly nocturneHome: string;
  readonly home: string;
  readonly writable: readonly string[];
  readonly readOnly: readonly string[];
  readonly copied?: CopiedPlaces;
  /** Of the workspace, only these and the copy are seen; default: all of it. */
  readonly shows?: readonly string[];
};
type Bound = { readonly path: string; readonly source: string; readonly isWritable: boolean };
/** Absolute paths of the workspace that show a copy instead. */
export type CopiedPlaces = {
  readonly folders: readonly string[];
  readonly sourceOf: (path: string) => string;
  /** Inside the folders, and shown as they are. */
  readonly bound: readonly Bound[];
  /** Folders that hold what the copy hides. */
  readonly hidden: readonly string[];
};
export type PlainCommand = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** PATH. */
  readonly path: string | undefined;
  /** The run's own folder, writable. */
  readonly scratch?: string;
  /** The one way out of a sandbox without a network. */
  readonly forwarding?: Forwarding;
};
export type Wrapped =
  | { readonly kind: 'wrapped'; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * The wrapped command writes `"child-pid"` to descriptor 3, and `"exit-code"` only if the program
 * was started.
 */
export type Sandbox = { readonly wrap: (command: PlainCommand) => Wrapped };

export function decideSandbox(
  { mode, policy, network, read }: SandboxSettings,
  probe: SandboxProbe,
): SandboxDecision {
  if (mode === 'off') return { kind: 'off' };
  if (probe.kind === 'works')
    return { kind: 'on', mode, network: mode === 'workspace' || network, read, bwrap: probe.bwrap };
  return { kind: policy === 'require' ? 'refused' : 'without', mode, why: probe.why };
}

/** For the brief and the record of the run. */
export function sandboxText(inForce: SandboxInForce): string {
  const after =
    'writes are judged when they are made through nocturne, and all of them after the pass';
  switch (inForce.kind) {
    case 'off':
      return `off: ${after}`;
    case 'without':
      return `none, although ${inForce.mode} is preferred (${inForce.why}): ${after}`;
    case 'on':
      return inForce.mode === 'strict'
        ? `strict: you can write only what is named above and /tmp, your home directory is empty, and ${inForce.network ? 'the network can be used' : 'there is no network'}. Do not try around it; say in the report what is missing`
        : 'workspace: you can write only what is named above and /tmp; the rest can be read, without what logs in elsewhere; the network can be used';
  }
}

export function bubblewrap(on: SandboxOn, places: SandboxPlaces): Sandbox {
  return {
    wrap({ program, args, cwd, path, scratch, forwarding }) {
      const found = program.includes('\0')
        ? undefined
        : findProgram(program, { path, directory: cwd });
      if (found === undefined)
        return {
          kind: 'failed',
          why: `The program \`${program}\` was not found: no executable file, and no such name in PATH.`,
        };
      const unusable = on.read.find((folder) => !isAbsolute(folder) || !existsSync(folder));
      if (unusable !== undefined)
        return {
          kind: 'failed',
          why: `\`sandbox_read\` of the runner names \`${unusable}\`, which is ${isAbsolute(unusable) ? 'not there' : 'no absolute path'}.`,
        };
      const forwarded = on.network || forwarding === undefined ? undefined : forwarder(forwarding);
      const mounts = mountsByPath([
        ...seen(on, places),
        ...needed(on, places, found, path),
        ...(forwarded === undefined ? [] : needed(on, places, process.execPath, path)),
        ...(forwarded?.mounts ?? []),
        ...(scratch === undefined ? [] : [{ kind: 'rw' as const, path: realpathSync(scratch) }]),
      ]);
      const network = on.network ? [] : ['--unshare-net'];
      return {
        kind: 'wrapped',
        program: on.bwrap,
        args: [
          ...NAMESPACES,
          ...network,
          '--json-status-fd',
          '3',
          ...mountArguments(mounts),
          ...(on.mode === 'strict' ? ['--remount-ro', '/'] : []),
          ...(places.shows === undefined ? [] : ['--remount-ro', places.workspace]),
          '--setenv',
          'TMPDIR',
          '/tmp',
          '--setenv',
          'NOCTURNE_SANDBOX',
          on.mode,
          '--chdir',
          real(cwd),
          '--',
          ...(forwarded?.command ?? []),
          found,
          ...args,
        ],
      };
    },
  };
}

const FORWARDER = fileURLToPath(new URL('forwarder.mjs', import.meta.url));
const MODEL_FOLDER = '/run/nocturne-model';

/** The folder is bound, not the socket: a server that starts again makes a new one. */
function forwarder({ port, socket }: Forwarding): {
  readonly mounts: readonly Mount[];
  readonly command: readonly string[];
} {
  const inside = join(MODEL_FOLDER, basename(socket));
  return {
    mounts: [
      { kind: 'ro', path: FORWARDER },
      { kind: 'ro', path: MODEL_FOLDER, source: dirname(socket) },
    ],
    command: [process.execPath, FORWARDER, String(port), inside],
  };
}

/** The owner's state, keys and tokens are never visible. */
function seen(
  on: SandboxOn,
  { workspace, nocturneHome, home, writable, readOnly, copied, shows }: SandboxPlaces,
): readonly Mount[] {
  const ro = (path: string): Mount => ({ kind: 'ro', path });
  const sourceOf = copied?.sourceOf ?? ((path: string): string => path);
  const shownAs =
    (kind: 'ro' | 'rw') =>
    (path: string): Mount => ({ kind, path, source: sourceOf(path) });
  const bound = (copied?.bound ?? []).filter(({ source }) => existsSync(source));
  const state = real(nocturneHome);
  const base = on.mode === 'strict' ? strictMounts(real(home)) : workspaceMounts(real(home));
  const own = ['.nocturne', '.git']
    .map((name) => join(workspace, name))
    .filter((path) => existsSync(path));
  const shown = on.read.map(real).filter((path) => !isInside(state, path));
  return [
    ...base,
    ...shown.map(ro),
    ...(shows === undefined ? [ro(workspace)] : [empty(workspace), ...shows.map(ro)]),
    ...(copied?.folders ?? []).map(shownAs('ro')),
    ...writable.map(shownAs('rw')),
    ...bound.map(
      ({ path, source, isWritable }): Mount => ({ kind: isWritable ? 'rw' : 'ro', path, source }),
    ),
    ...readOnly.map(shownAs('ro')),
    ...(shows === undefined ? own.map(ro) : []),
    ...(copied?.hidden ?? []).filter((path) => existsSync(path)).map(hide),
    ...(existsSync(state) ? [hide(state)] : []),
  ];
}

/** What the program needs that is not visible anyway. */
function needed(
  on: SandboxOn,
  places: SandboxPlaces,
  program: string,
  path: string | undefined,
): readonly Mount[] {
  const visible = mountsByPath(seen(on, places));
  const state = real(places.nocturneHome);
  return programPlaces(program, { path, home: real(places.home) }).filter(
    (mount) => !isVisible(visible, mount.path) && !isInside(state, mount.path),
  );
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/**
 * `require`: no sandbox, no pass. `prefer`: the pass runs without and says so. `read`: more
 * absolute paths that `strict` shows.
 */
export type SandboxSettings = {
  readonly mode: 'off' | 'workspace' | 'strict';
  readonly policy: 'require' | 'prefer';
  readonly network: boolean;
  readonly read: readonly string[];
};

export type SandboxStatus = {
  /** When this process ends, everything inside has ended. */
  first(): LiveProcess | undefined;
  programEnded(): boolean;
  readonly closed: Promise<void>;
};

export function readSandboxStatus(stream: unknown): SandboxStatus {
  let received = '';
  let first: LiveProcess | undefined;
  let closed = Promise.resolve();
  if (stream instanceof Readable) {
    closed = new Promise((resolve) => stream.once('close', resolve));
    stream.setEncoding('utf8').on('data', (text: string) => {
      received = (received + text).slice(0, 4096);
      const pid = /"child-pid": (\d+)/.exec(received)?.[1];
      if (pid !== undefined) first ??= liveProcess(Number(pid));
    });
  }
  return { first: () => first, programEnded: () => received.includes('"exit-code"'), closed };
}

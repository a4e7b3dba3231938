/** Watches one process: asks for the liveness decision whenever it could change. */
import { parsedJson } from '../kernel/parsed-json.js';
import { closeSync, constants, lstatSync, openSync, readSync } from '../kernel/files.js';
import { defined } from '../kernel/defined.js';
import {
  FEWEST_REPEATS,
  liveness,
  timeLeft,
  type Liveness,
  type Signs,
  type Claim,
} from './liveness.js';
import { circling, NO_CALLS, type SeenCalls } from './seen-calls.js';
import type { OutputNews } from './output-news.js';
import { spokenDuration } from './spoken-duration.js';

export type WatchdogOptions = {
  readonly totalMs: number;
  readonly idleMs: number;
  readonly lookEveryMs: number;
  /** Watched from before the start, so that the first touch is not missed. */
  readonly file: HeartbeatFile;
  readonly onBeat: () => void;
  readonly output: OutputNews;
  /** How long it may print only what it has printed before, and change no file. */
  readonly repeatMs: number;
  /** Changes with the files that the agent writes; asked before repeated output ends a run. */
  readonly differences: () => string;
  /** The calls to its model, where somebody forwards them. */
  readonly calls?: { readonly seen: () => SeenCalls; readonly patience: number };
  /** Called at most once. */
  readonly onDead: (death: Death) => void;
};

export type Death = {
  readonly ending: 'timed-out' | 'stuck';
  readonly detail: string;
  readonly circled?: true;
};

export type Watchdog = {
  beat(): void;
  stop(): void;
};

export function watchdog({
  totalMs,
  idleMs,
  lookEveryMs,
  file,
  onBeat,
  onDead,
  output,
  repeatMs,
  differences,
  calls,
}: WatchdogOptions): Watchdog {
  const startedAt = performance.now();
  let lastBeatAt: number | undefined;
  const states = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let since = NO_CALLS;
  const hasNewFiles = (): boolean => {
    const known = states.size;
    return states.add(differences()).size > known;
  };
  /** Unless files have changed since it was last asked. */
  const circlesWhy = (): string | undefined => {
    if (calls === undefined) return undefined;
    if (states.size === 0) hasNewFiles();
    const seen = calls.seen();
    const why = circling(seen, since, calls.patience);
    if (why === undefined || !hasNewFiles()) return why;
    since = seen;
    return undefined;
  };
  const look = (): void => {
    const now = performance.now();
    if (file.look(now)) {
      lastBeatAt = now;
      onBeat();
    }
    const signs: Signs = {
      now,
      startedAt,
      lastBeatAt,
      budgetMs: totalMs,
      idleMs,
      repeats: { since: output.since, lines: output.repeats, limitMs: repeatMs },
      ...defined({ claim: file.claim }),
    };
    if (output.repeats >= FEWEST_REPEATS && states.size === 0) hasNewFiles();
    const state = liveness(signs);
    if (state !== 'ok' && state.kill === 'repeats' && hasNewFiles()) {
      output.startAgain(now);
      timer = setTimeout(look, lookEveryMs);
    } else if (state === 'ok') {
      const why = circlesWhy();
      if (why !== undefined) onDead({ ending: 'stuck', detail: why, circled: true });
      else timer = setTimeout(look, Math.ceil(Math.min(lookEveryMs, timeLeft(signs))));
    } else
      onDead({
        ending: state.kill === 'ceiling' ? 'timed-out' : 'stuck',
        detail: sentence(state, file.claim?.tool, output),
        ...(state.kill === 'repeats' ? { circled: true } : {}),
      });
  };
  look();
  return {
    beat: () => {
      lastBeatAt = performance.now();
    },
    stop: () => clearTimeout(timer),
  };
}

function sentence(
  state: Exclude<Liveness, 'ok'>,
  tool: string | undefined,
  { repeats, last }: OutputNews,
): string {
  const limit = spokenDuration(state.limitMs);
  if (state.kill === 'ceiling')
    return `The program was still running after ${limit}, which is all it was given.`;
  if (state.kill === 'claim')
    return `Nothing was heard for ${limit} since the program began \`${tool ?? 'a tool'}\`.`;
  if (state.kill === 'repeats')
    return `The program was stopped because it got nowhere: for ${spokenDuration(state.ageMs)} it printed ${repeats} lines that it had printed before, such as "${last}", and changed no file.`;
  return `The program neither printed anything nor touched its heartbeat file for ${limit}.`;
}

export type HeartbeatFile = {
  /** Whether the file was touched since the last look. */
  look(now: number): boolean;
  /** What the file said at its last touch: `{"tool": "cargo build", "seconds": 600}`. */
  readonly claim: Claim | undefined;
};

/**
 * Compares time and size with the last look, never with a clock. A touch without a claim ends the
 * earlier claim.
 */
export function watchHeartbeatFile(path: string | undefined): HeartbeatFile {
  let last = path === undefined ? '' : version(path);
  let claim: Claim | undefined;
  return {
    look(now) {
      if (path === undefined) return false;
      const seen = version(path);
      if (seen === last) return false;
      last = seen;
      claim = readClaim(path, now);
      return true;
    },
    get claim() {
      return claim;
    },
  };
}

function version(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return found?.isFile() ? `${found.mtimeNs}/${found.size}/${found.ino}` : '';
}

function readClaim(path: string, now: number): Claim | undefined {
  const stated = parsedJson(head(path));
  if (typeof stated !== 'object' || stated === null) return undefined;
  const { tool, seconds } = stated as { readonly tool?: unknown; readonly seconds?: unknown };
  if (typeof tool !== 'string' || tool.trim() === '') return undefined;
  const named = { tool: tool.slice(0, 80), since: now };
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
    ? { ...named, declaredMs: seconds * 1000 }
    : named;
}

/** The agent writes the file, so it may be anything, or missing. */
function head(path: string): string {
  const buffer = Buffer.alloc(1024);
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

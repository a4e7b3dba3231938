/** What a program is run with, and how it ended. */
import type { Forwarding } from './model-access.js';
import type { Sandbox } from './sandbox.js';
import type { SeenCalls } from './seen-calls.js';
import type { RunMark } from './orphan-processes.js';

export type ProcessLimits = {
  readonly totalMs: number;
  /** Longest time without output or a touch of the heartbeat file. */
  readonly idleMs: number;
  /** Between SIGTERM and SIGKILL. Default 5 s. */
  readonly graceMs?: number;
  /** stdout and stderr together. Default 32 MiB. */
  readonly maxBytes?: number;
  /** How long it may print only what it has printed before. Default: no limit. */
  readonly repeatMs?: number;
  /** In any one second. Default 16 MiB. */
  readonly maxBytesPerSecond?: number;
  /** How often to check the heartbeat file. Default 5 s. */
  readonly lookEveryMs?: number;
};

export type ProcessRequest = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Complete; it must contain the mark (`NOCTURNE_RUN`, `NOCTURNE_WORKSPACE`). */
  readonly env: Readonly<Record<string, string>>;
  readonly mark: RunMark;
  readonly stdin: string;
  readonly heartbeatFile?: string;
  readonly limits: ProcessLimits;
  readonly signal: AbortSignal;
  readonly onStart?: (pid: number) => void;
  readonly onOutput?: (bytes: number, tail: () => string) => void;
  readonly onBeat?: () => void;
  /** Text that changes while the program works, checked as often as the heartbeat file. */
  readonly signOfLife?: () => string;
  /** Where the files are that show whether it works. */
  readonly workFolder?: string;
  readonly calls?: { readonly seen: () => SeenCalls; readonly patience: number };
  readonly onStdout?: (chunk: Uint8Array) => void;
  /** `scratch`: the folder of the run, which the program may write. */
  readonly sandbox?: {
    readonly profile: Sandbox;
    readonly scratch?: string;
    readonly forwarding?: Forwarding;
  };
};

/** `not-started`: no such program or directory, not executable, or no sandbox. */
export type ProcessEnding =
  | 'exited'
  | 'not-started'
  | 'timed-out'
  | 'stuck'
  | 'output-flood'
  | 'cancelled';
export type ProcessEnd = {
  readonly ending: ProcessEnding;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly detail: string;
  readonly circled?: true;
  /** The last MiB of stdout, printable. */
  readonly stdout: string;
  /** The last 8 KiB of both streams, and of stderr alone. */
  readonly tail: string;
  readonly stderrTail: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** Processes that had left the group, or outlived the program, and were killed. */
  readonly orphansKilled: number;
  /** Ids of processes that could not be ended. */
  readonly left: readonly number[];
};

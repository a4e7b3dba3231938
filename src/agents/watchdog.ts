/**
 * Watches one process: asks the liveness decision again whenever it could change, and looks at the
 * heartbeat file in between.
 */
import { defined } from '../kernel/defined.js';
import type { HeartbeatFile } from './heartbeat-file.js';
import { liveness, timeLeft, type Liveness, type Signs } from './liveness.js';
import { spokenDuration } from './spoken-duration.js';

export type WatchdogOptions = {
  readonly totalMs: number;
  readonly idleMs: number;
  readonly lookEveryMs: number;
  /** Watched since before the process was started, so that its first touch is not missed. */
  readonly file: HeartbeatFile;
  readonly onBeat: () => void;
  /** Called at most once. `detail`: one sentence. */
  readonly onDead: (ending: 'timed-out' | 'stuck', detail: string) => void;
};

export type Watchdog = {
  /** The process was heard. */
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
}: WatchdogOptions): Watchdog {
  const startedAt = performance.now();
  let lastBeatAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
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
      ...defined({ claim: file.claim }),
    };
    const state = liveness(signs);
    if (state === 'ok') timer = setTimeout(look, Math.ceil(Math.min(lookEveryMs, timeLeft(signs))));
    else
      onDead(state.kill === 'ceiling' ? 'timed-out' : 'stuck', sentence(state, file.claim?.tool));
  };
  look();
  return {
    beat: () => {
      lastBeatAt = performance.now();
    },
    stop: () => clearTimeout(timer),
  };
}

function sentence(state: Exclude<Liveness, 'ok'>, tool: string | undefined): string {
  const limit = spokenDuration(state.limitMs);
  if (state.kill === 'ceiling')
    return `The program was still running after ${limit}, which is all it was given.`;
  if (state.kill === 'claim')
    return `Nothing was heard for ${limit} since the program began \`${tool ?? 'a tool'}\`.`;
  return `The program neither printed anything nor touched its heartbeat file for ${limit}.`;
}

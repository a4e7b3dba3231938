/** The heartbeat of a running pass: renews its lease at intervals. */

/** Calls `tick` every `ms` until the returned function is called. */
export type Every = (ms: number, tick: () => void) => () => void;

export type Heartbeat = {
  /** Waits for a renewal in progress. */
  stop(): Promise<void>;
  readonly beats: number;
};

export type HeartbeatOptions = {
  readonly everyMs: number;
  /** Throws if the lease is lost. Calls never overlap. */
  readonly renew: () => void | Promise<void>;
  /** Called at most once; the heartbeat has ended by then. */
  readonly onLost: (error: unknown) => void;
  readonly every?: Every;
};

/** The first renewal is one interval away. Does not keep the process alive. */
export function startHeartbeat({
  everyMs,
  renew,
  onLost,
  every = everyUnref,
}: HeartbeatOptions): Heartbeat {
  let beats = 0;
  let underWay: Promise<void> | undefined;
  let stopped = false;
  const stopTimer = every(everyMs, () => {
    if (stopped || underWay !== undefined) return;
    underWay = beat().finally(() => {
      underWay = undefined;
    });
  });

  async function beat(): Promise<void> {
    try {
      await renew();
      beats += 1;
    } catch (error) {
      // The caller of `stop` is about to release the lease itself.
      if (stopped) return;
      stopped = true;
      stopTimer();
      onLost(error);
    }
  }

  return {
    async stop() {
      stopped = true;
      stopTimer();
      await underWay;
    },
    get beats() {
      return beats;
    },
  };
}

const everyUnref: Every = (ms, tick) => {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => clearInterval(timer);
};

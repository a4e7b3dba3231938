/**
 * The heartbeat of a running pass: renews its lease at a steady pace and says once when it cannot.
 */

/** Calls `tick` every `ms` until the returned function is called. */
export type Every = (ms: number, tick: () => void) => () => void;

export type Heartbeat = {
  /** Ends the heartbeat and waits for a renewal under way. */
  stop(): Promise<void>;
  /** How many renewals succeeded. */
  readonly beats: number;
};

export type HeartbeatOptions = {
  readonly everyMs: number;
  /**
   * Renews the lease; throws when it is lost. Not called again while an earlier call is still
   * running.
   */
  readonly renew: () => void | Promise<void>;
  /** Called at most once, with what `renew` threw; the heartbeat has ended by then. */
  readonly onLost: (error: unknown) => void;
  readonly every?: Every;
};

/**
 * Starts beating; the first renewal is one interval away. Never keeps the process alive by itself.
 */
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
      // Whoever stopped the heartbeat is about to give up the lease itself.
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

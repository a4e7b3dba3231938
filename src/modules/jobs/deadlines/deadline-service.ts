/** The deadline watch: sleeps until the next deadline of a job, and records what was missed. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServeContext, Service } from '../../../passes/module.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { fileMark } from '../../../workspace/file-stat.js';
import { JOBS_PAGE } from '../job.js';
import { nextDeadline } from './deadlines-now.js';
import { recordMissed } from './record-missed.js';

/** Timers stand still while the machine sleeps, so no sleep is longer. */
const MOST_MS = 60_000;
/** What else may change: the owner's time zone, the switch of the module. */
const LOOK_AGAIN_MS = 60 * MOST_MS;

export function deadlineService({ workspace, say }: ServeContext): Service {
  return {
    name: 'deadlines',
    async run(signal) {
      let plan: Plan | undefined;
      while (!signal.aborted) {
        const now = workspace.clock.now().getTime();
        // Without reading the whole workspace each minute.
        const page = fileMark(join(workspace.root, JOBS_PAGE));
        if (plan === undefined || now >= plan.at || page !== plan.page) {
          for (const line of recordMissed(workspace)) say(line);
          const snapshot = workspace.snapshot();
          const next = nextDeadline(snapshot) ?? Infinity;
          if (next !== plan?.next && next < Infinity)
            say(`the next deadline of a job: ${spoken(next, ownerZone(snapshot))}`);
          plan = { page, next, at: Math.min(next, now + LOOK_AGAIN_MS) };
        }
        const ms = Math.max(1000, Math.min(plan.at - now, MOST_MS));
        await pause(ms, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

type Plan = { readonly page: string; readonly next: number; readonly at: number };

function spoken(instant: number, zone: string): string {
  return `${localTime(new Date(instant).toISOString(), zone)} (${zone})`;
}

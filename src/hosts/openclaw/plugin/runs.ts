/**
 * The host's sessions: which are our jobs, which are their subagents, and how far their pass is.
 */
import type { BeginAnswer } from '../../../passes/host/guard-protocol.js';
import type { HostContext } from './host-types.js';

export type Role = 'worker' | 'manager';
export type Usage = { tokensIn: number; tokensOut: number; cost: number };

/** `over`: its pass has ended or never began. `why`: the answer to its calls. */
export type Run = {
  readonly role: Role;
  readonly sessionKey: string;
  readonly jobId: string;
  /** The host's ids of its turns; a turn that waits for subagents is followed by another. */
  readonly turns: Set<string>;
  stage: 'beginning' | 'open' | 'over';
  why: string;
  brief: Extract<BeginAnswer, { readonly kind: 'brief' }> | undefined;
  /** Subagents that are running. */
  readonly children: Set<string>;
  readonly usage: Usage;
  model: string;
  report: string;
  turnEnded: { readonly failed: string | undefined } | undefined;
  counted: boolean;
  beatAt: number;
  closing: NodeJS.Timeout | undefined;
  /** Called when its pass has ended. */
  readonly afterPass: (() => void)[];
};

/** `free`: not ours. `stray`: a subagent of an unknown session. */
export type Standing =
  | { readonly kind: 'free' }
  | { readonly kind: 'stray' }
  | { readonly kind: 'governed'; readonly run: Run; readonly child: boolean };

const SUBAGENT = /^agent:[^:]+:subagent:/;

export class Runs {
  readonly #jobs = new Map<string, string>();
  readonly #runs = new Map<string, Run>();
  readonly #parents = new Map<string, string>();
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  nameJob(jobId: string, name: string | undefined): void {
    if (name !== undefined) this.#jobs.set(jobId, name);
  }

  /** @param prompt begins with `[cron:ID NAME]`, written by the host. */
  nameOf(jobId: string, prompt: string | undefined): string {
    const known = this.#jobs.get(jobId);
    if (known !== undefined) return known;
    const [, id, name = ''] = /^\[cron:(\S+) ([^\]]*)\]/.exec(prompt ?? '') ?? [];
    return id === jobId ? name : '';
  }

  roleOf(jobId: string, prompt: string | undefined): Role | undefined {
    const [, role, id] =
      /^nocturne-(worker|manager)-([0-9a-f]{8})$/.exec(this.nameOf(jobId, prompt)) ?? [];
    return id === this.#id ? (role as Role) : undefined;
  }

  open(
    role: Role,
    options: { readonly sessionKey: string; readonly jobId: string; readonly runId: string },
  ): Run {
    const run: Run = {
      role,
      sessionKey: options.sessionKey,
      jobId: options.jobId,
      turns: new Set([options.runId]),
      stage: 'beginning',
      why: 'its pass has not begun',
      brief: undefined,
      children: new Set(),
      usage: { tokensIn: 0, tokensOut: 0, cost: 0 },
      model: '',
      report: '',
      turnEnded: undefined,
      counted: false,
      beatAt: Date.now(),
      closing: undefined,
      afterPass: [],
    };
    this.#runs.set(options.sessionKey, run);
    return run;
  }

  adopt(child: string, requester: string): Run | undefined {
    const standing = this.standing({ sessionKey: requester });
    this.#parents.set(child, requester);
    return standing.kind === 'governed' ? standing.run : undefined;
  }

  hadChildren(run: Run): boolean {
    return [...this.#parents.values()].includes(run.sessionKey);
  }

  ofSession(sessionKey: string | undefined): Run | undefined {
    return sessionKey === undefined ? undefined : this.#runs.get(sessionKey);
  }

  active(): readonly Run[] {
    return [...this.#runs.values()].filter((run) => run.stage !== 'over');
  }

  /** A session of a job stays governed after its pass is over. */
  standing({ sessionKey, runId }: HostContext): Standing {
    const turn =
      runId === undefined
        ? undefined
        : [...this.#runs.values()].find((run) => run.turns.has(runId));
    if (turn !== undefined) return { kind: 'governed', run: turn, child: false };
    if (sessionKey === undefined)
      return this.active().length > 0 ? { kind: 'stray' } : { kind: 'free' };
    const requester = this.#parents.get(sessionKey);
    if (requester !== undefined) {
      const above = this.standing({ sessionKey: requester });
      return above.kind === 'governed' ? { ...above, child: true } : above;
    }
    const own = this.#runs.get(sessionKey);
    if (own !== undefined && (own.stage !== 'over' || isCron(sessionKey)))
      return { kind: 'governed', run: own, child: false };
    const job = /^agent:[^:]+:cron:([^:]+)(?::|$)/.exec(sessionKey)?.[1];
    if (job !== undefined && this.roleOf(job, undefined) !== undefined) return { kind: 'stray' };
    return SUBAGENT.test(sessionKey) && this.active().length > 0
      ? { kind: 'stray' }
      : { kind: 'free' };
  }

  /** Keeps the latest, so that a late call is not taken for another session's. */
  tidy(): void {
    const over = [...this.#runs.values()].filter((run) => run.stage === 'over');
    for (const run of over.slice(0, -KEPT)) this.#runs.delete(run.sessionKey);
    for (const child of [...this.#parents.keys()].slice(0, -KEPT * 20)) this.#parents.delete(child);
  }
}

const KEPT = 50;

function isCron(sessionKey: string): boolean {
  return /^agent:[^:]+:cron:/.test(sessionKey);
}

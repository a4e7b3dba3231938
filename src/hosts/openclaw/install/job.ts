/** The two jobs as they should be, and the arguments that make them with this host's options. */
import { NocturneError } from '../../../kernel/error.js';
import type { Probed } from './probe.js';

export const JOB_ROLES = ['worker', 'manager'] as const;
export type JobRole = (typeof JOB_ROLES)[number];
export type Times =
  | { readonly kind: 'cron'; readonly expression: string; readonly zone: string }
  | { readonly kind: 'every'; readonly text: string; readonly ms: number };

export type JobSpec = {
  readonly role: JobRole;
  readonly name: string;
  readonly message: string;
  readonly times: Times;
  readonly session: string;
  readonly timeoutSeconds: number;
  readonly model?: string;
  readonly agent?: string;
};

export type JobWords = {
  readonly args: readonly string[];
  /** Options that this host lacks, and what that means. */
  readonly leftOut: readonly string[];
};

/** @param workspaceId distinguishes the jobs of other workspaces. */
export function jobName(role: JobRole, workspaceId: string): string {
  return `nocturne-${role}-${workspaceId.slice(0, 8)}`;
}

/** Short on purpose: the prompt itself is in the workspace, protected and signed. */
export function jobMessage(role: JobRole): string {
  return `Read orchestration-os/CRON-${role.toUpperCase()}-PROMPT.md in your workspace, all of it. Do exactly what it says, and nothing else.`;
}

export function jobWords(spec: JobSpec, { cronAdd }: Pick<Probed, 'cronAdd'>): JobWords {
  const { times } = spec;
  const wished: readonly {
    readonly flag: string;
    readonly value?: string;
    readonly without: string;
  }[] = [
    {
      flag: '--declaration-key',
      value: spec.name,
      without: 'a job that differs is removed and made again',
    },
    ...(times.kind === 'cron'
      ? [
          { flag: '--cron', value: times.expression, without: '' },
          { flag: '--tz', value: times.zone, without: '' },
        ]
      : [{ flag: '--every', value: times.text, without: '' }]),
    { flag: '--light-context', without: 'the host puts its own choice of pages into the prompt' },
    { flag: '--no-deliver', without: 'the host may send the last answer to a channel' },
    {
      flag: '--timeout-seconds',
      value: String(spec.timeoutSeconds),
      without: "the host's own limit holds, and may be shorter than a pass",
    },
    ...(spec.model === undefined
      ? []
      : [{ flag: '--model', value: spec.model, without: "the host's default model is used" }]),
    ...(spec.agent === undefined
      ? []
      : [{ flag: '--agent', value: spec.agent, without: "the host's default agent works" }]),
    {
      flag: '--description',
      value: `Nocturne: the ${spec.role} pass of one workspace. Made by nocturne cron install.`,
      without: 'no description',
    },
  ];
  const [had, lacking] = [
    wished.filter(({ flag }) => cronAdd.has(flag)),
    wished.filter(({ flag }) => !cronAdd.has(flag)),
  ];
  return {
    args: [
      'cron',
      'add',
      '--name',
      spec.name,
      ...had.flatMap(({ flag, value }) => (value === undefined ? [flag] : [flag, value])),
      '--session',
      spec.session,
      '--message',
      spec.message,
      '--json',
    ],
    leftOut: lacking.map(({ flag, without }) => `${flag}: ${without}`),
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`. @throws NocturneError `USAGE` */
export function everyTimes(text: string): Times {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (!(ms > 0))
    throw new NocturneError('USAGE', `--every "${text}" is not a distance`, {
      hint: 'write a number and s, m, h or d: --every 90m',
    });
  return { kind: 'every', text, ms };
}

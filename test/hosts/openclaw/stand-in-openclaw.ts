/**
 * A program that answers as OpenClaw's command line does: for what a real one cannot be made to have
 * (old versions, jobs of others, refusals).
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { writeAnsweredProgram } from '../../support/answered-program.js';
import type { Answered } from '../../support/standing-process.js';

export type HostState = {
  readonly version: string;
  /** Options of `cron add` that this version does not have. */
  readonly lacks: readonly string[];
  readonly jobs: readonly Readonly<Record<string, unknown>>[];
  readonly agents: readonly Readonly<Record<string, unknown>>[] | null;
  readonly plugins: Readonly<Record<string, unknown>>;
  /** What goes wrong, in words that this file knows. */
  readonly faults: readonly string[];
};
export type StandIn = {
  readonly program: string;
  state(): HostState;
  change(part: Partial<HostState>): void;
  /** Every command line so far, help and version left out. */
  calls(): readonly (readonly string[])[];
};

const CRON_ADD = [
  '--name',
  '--message',
  '--session',
  '--json',
  '--cron',
  '--tz',
  '--every',
  '--declaration-key',
  '--light-context',
  '--no-deliver',
  '--timeout-seconds',
  '--model',
  '--agent',
  '--description',
];

export function standInOpenclaw(directory: string, agents: HostState['agents']): StandIn {
  const program = join(directory, 'openclaw');
  const host: Mutable = {
    version: 'OpenClaw 2026.9.6 (stand-in)',
    lacks: [],
    jobs: [],
    agents,
    plugins: {},
    faults: [],
  };
  const calls: (readonly string[])[] = [];
  writeAnsweredProgram(program, ({ words }) => {
    if (words[0] === '--version') return said(host.version);
    if (words.includes('--help')) return said(helpOn(words, host.lacks));
    calls.push(words);
    return carriedOut(words, host);
  });
  return {
    program,
    state: () => JSON.parse(JSON.stringify(host)) as HostState,
    change: (part) => void Object.assign(host, structuredClone(part)),
    calls: () => [...calls],
  };
}

function said(text: string): Answered {
  return { exit: 0, stdout: `${text}\n`, stderr: '' };
}

function print(value: unknown): Answered {
  return said(JSON.stringify(value, undefined, 2));
}

function refuse(message: string): Answered {
  return { ...print({ ok: false, error: { type: 'cli_error', message } }), exit: 1 };
}

function helpOn(words: readonly string[], lacks: readonly string[]): string {
  const command = words.slice(0, 2).join(' ');
  const lists: Record<string, readonly string[]> = {
    'cron add': CRON_ADD.filter((flag) => !lacks.includes(flag)),
    'cron list': ['--all', '--json'],
    'plugins install': lacks.includes('plugins') ? [] : ['--force'],
    'config set': ['--batch-json'],
  };
  const options = (lists[command] ?? []).map((flag) => `  ${flag} <x>   text`);
  return `Usage: openclaw ${command} [options]\n\nOptions:\n${options.join('\n')}\n`;
}

type Mutable = {
  version: string;
  lacks: string[];
  jobs: Record<string, unknown>[];
  agents: unknown;
  plugins: Record<string, unknown>;
  faults: string[];
};

function carriedOut(args: readonly string[], host: Mutable): Answered {
  const value = (flag: string): string | undefined =>
    args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
  const command = args.slice(0, 2).join(' ');
  if (command === 'agents list')
    return host.agents === null ? refuse('unknown command') : print(host.agents);
  if (command === 'config get')
    return Object.keys(host.plugins).length === 0
      ? refuse('Config path is valid but unset: plugins.')
      : print(host.plugins);
  if (command === 'plugins install') {
    host.plugins = {
      ...host.plugins,
      entries: { ...(host.plugins['entries'] as object | undefined), nocturne: { enabled: true } },
    };
  } else if (command === 'config set' && !host.faults.includes('set does nothing')) {
    for (const { path, value: set } of JSON.parse(value('--batch-json') ?? '[]') as {
      path: string;
      value: unknown;
    }[]) {
      const names = path.split('.').slice(1);
      let place = host.plugins;
      for (const name of names.slice(0, -1))
        place = (place[name] ??= {}) as Record<string, unknown>;
      place[names.at(-1) ?? ''] = set;
    }
  } else if (command === 'plugins inspect') {
    return print({
      plugin: {
        id: 'nocturne',
        version: '1',
        status: host.faults.includes('plugins do not load') ? 'error' : 'loaded',
        rootDir: '/extensions/nocturne',
      },
      diagnostics: [],
    });
  } else if (command === 'gateway call' && !host.faults.includes('gateway does not reload')) {
    const { nocturne } = host.plugins['entries'] as Record<
      string,
      { config?: { workspace?: string } }
    >;
    return print({ ok: true, guard: { workspace: nocturne?.config?.workspace } });
  } else if (command === 'gateway call' || host.faults.includes('gateway is down'))
    return refuse('Gateway not reachable at ws://127.0.0.1:1 (ECONNREFUSED).');
  else if (command === 'cron list')
    return print({ jobs: host.jobs, total: host.jobs.length, hasMore: false });
  else if (command === 'cron rm') {
    if (!host.faults.includes('rm does nothing'))
      host.jobs = host.jobs.filter((job) => job['id'] !== args[2]);
    return print({ ok: true, removed: true });
  } else if (command === 'cron add') {
    const unknown = args.find((word) => word.startsWith('--') && host.lacks.includes(word));
    if (unknown !== undefined) return refuse(`OpenClaw does not recognize option "${unknown}".`);
    const key = value('--declaration-key');
    const before =
      key === undefined ? undefined : host.jobs.find((job) => job['declarationKey'] === key);
    const every = value('--every');
    const ms = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[every?.at(-1) ?? ''] ?? 0;
    const job = {
      id: before?.['id'] ?? `job-${host.jobs.length + 1}-${randomUUID()}`,
      name: value('--name'),
      enabled: before?.['enabled'] ?? true,
      declarationKey: key,
      agentId: value('--agent'),
      schedule:
        every === undefined
          ? { kind: 'cron', expr: value('--cron'), tz: value('--tz') }
          : { kind: 'every', everyMs: Number.parseInt(every, 10) * ms },
      sessionTarget: value('--session'),
      payload: {
        kind: 'agentTurn',
        message: value('--message'),
        lightContext: args.includes('--light-context'),
        model: host.faults.includes('add ignores model') ? undefined : value('--model'),
        timeoutSeconds:
          value('--timeout-seconds') === undefined ? undefined : Number(value('--timeout-seconds')),
      },
      delivery: { mode: args.includes('--no-deliver') ? 'none' : 'announce' },
      nextRunAtMs: Date.UTC(2026, 10, 22, 3),
    };
    host.jobs = [...host.jobs.filter((one) => one !== before), job];
    return print(key === undefined ? job : { created: before === undefined, job });
  }
  return { exit: 0, stdout: '', stderr: '' };
}

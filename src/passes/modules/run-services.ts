/**
 * Runs the services of all enabled modules and of the caller, and restarts with backoff each one
 * that fails.
 */
import { backoffMs } from '../../agents/retry.js';
import { aborted } from '../../kernel/aborted.js';
import { stamp } from '../../kernel/clock.js';
import { defined } from '../../kernel/defined.js';
import { messageOf, NocturneError } from '../../kernel/error.js';
import type { PassModule, Service } from '../module.js';
import type { PassEnvironment } from '../types.js';
import { enabledModules } from './module-hooks.js';
import {
  claimServices,
  releaseServices,
  type ServiceHealth,
  writeHealth,
} from './service-health.js';

/** A service that ran this long begins again with the shortest wait. */
const STEADY_MS = 60_000;
/** How long a service may take to end before the next one is told to. */
const MOST_TO_END_MS = 10_000;
/** How often to look whether the process that runs the services has ended. */
const STAND_BY_MS = 30_000;

/**
 * Until the environment's signal. The services, those of the modules and `more`, end in reverse
 * order, one after the other. Returns how many there were.
 * @throws NocturneError `LOCKED` if another process runs them.
 */
export async function runServices(
  env: PassEnvironment,
  more: readonly Service[] = [],
): Promise<number> {
  const services = [...servicesOf(env), ...more];
  if (services.length === 0) return 0;
  const { workspace, signal } = env;
  claimServices(workspace);
  const health = new Map<string, ServiceHealth>();
  const tell = (entry: ServiceHealth): void => {
    health.set(entry.name, entry);
    writeHealth(workspace.state, [...health.values()]);
  };
  try {
    const running = services.map((service) => {
      const ending = new AbortController();
      return { ending, ended: keepRunning(env, { service, signal: ending.signal, tell }) };
    });
    await aborted(signal);
    for (const { ending, ended } of running.toReversed()) {
      ending.abort();
      const over = new AbortController();
      await Promise.race([ended, env.wait(MOST_TO_END_MS, over.signal)]);
      over.abort();
    }
    return services.length;
  } finally {
    releaseServices(workspace.state);
  }
}

/** The same, but waits as long as another process runs them. */
export async function runServicesWhenFree(
  env: PassEnvironment,
  more: readonly Service[] = [],
): Promise<void> {
  for (let told = false; !env.signal.aborted; told = true) {
    try {
      await runServices(env, more);
      return;
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'LOCKED') throw error;
      if (!told) env.say(error.message);
    }
    await env.wait(STAND_BY_MS, env.signal);
  }
}

function servicesOf(env: PassEnvironment): readonly Service[] {
  const { workspace, say } = env;
  const modules = (): readonly PassModule[] => enabledModules(env, workspace.snapshot());
  const context = { workspace, env: env.env, say, modules, runners: env.runners };
  return modules().flatMap((module) => module.serve?.(context) ?? []);
}

type Kept = {
  readonly service: Service;
  readonly signal: AbortSignal;
  readonly tell: (health: ServiceHealth) => void;
};

async function keepRunning(env: PassEnvironment, { service, signal, tell }: Kept): Promise<void> {
  const { clock } = env.workspace;
  const { name } = service;
  let failure: string | undefined;
  let inARow = 0;
  for (let restarts = 0; ; restarts++) {
    const started = clock.now();
    const now = (state: ServiceHealth['state']): ServiceHealth =>
      defined({ name, state, since: stamp(clock.now()), restarts, failure });
    tell(now('running'));
    failure = await failureOf(service, signal);
    if (signal.aborted) return tell(now('stopped'));
    inARow = clock.now().getTime() - started.getTime() < STEADY_MS ? inARow + 1 : 1;
    tell(now('failed'));
    const waitMs = backoffMs(inARow, 1);
    env.say(`${name}: ${failure}; starts again in ${waitMs / 1000} s`);
    await env.wait(waitMs, signal);
    if (signal.aborted) return tell(now('stopped'));
  }
}

/** A service that returns before it is told to has failed, too. */
async function failureOf(service: Service, signal: AbortSignal): Promise<string> {
  try {
    await service.run(signal);
    return 'it ended by itself';
  } catch (error) {
    return messageOf(error);
  }
}

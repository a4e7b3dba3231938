/**
 * `doctor`: runs every check in order. Each returns facts with a verdict; only `fix` changes files.
 */
import { defined } from '../../kernel/defined.js';
import type { Host } from '../../hosts/types.js';
import { NocturneError, messageOf } from '../../kernel/error.js';
import type { PassModule } from '../../passes/module.js';
import { enabledModules } from '../../passes/modules/module-hooks.js';
import { openWorkspace } from '../../workspace/open-workspace.js';
import { runners, tiers, tools } from './agent-checks.js';
import { disk, home, node, sandbox, sqlite } from './machine-checks.js';
import { incidents, journal, lock, objects, pass, store, temporaries } from './state-checks.js';
import { repositories } from './repository-checks.js';
import { clockRuns, schedule, zone } from './time-checks.js';
import { gate, key, logs, pages, registry, trust } from './trust-checks.js';
import type { Snapshot } from '../../workspace/types.js';
import { broken, type Observation, off } from '../../kernel/observation.js';
import type { Check, Finding, Machine, ExaminedWorkspace } from './types.js';

const BEFORE: readonly Check[] = [node, sqlite, home, key, disk];
const WORKSPACE: readonly Check[] = [
  registry,
  trust,
  gate,
  logs,
  pages,
  store,
  lock,
  journal,
  temporaries,
  objects,
  pass,
  incidents,
  runners,
  tiers,
  tools,
  repositories,
  zone,
  clockRuns,
  schedule,
];

/**
 * @param options.fix repair what is safe to repair: locks of dead processes, leftover files,
 * missing directories. Signs and anchors nothing.
 */
export async function examine(
  machine: Machine,
  options: { readonly fix: boolean },
): Promise<readonly Finding[]> {
  const examined = openForExamination(machine);
  const findings: Finding[] = [];
  const round = async (checks: readonly Check[]): Promise<void> => {
    for (const check of checks)
      findings.push(
        ...(await runCheck(check, {
          machine,
          examined: 'workspace' in examined ? examined : undefined,
          fix: options.fix,
        })),
      );
  };
  await round(BEFORE);
  if ('workspace' in examined)
    findings.push({
      id: 'workspace',
      verdict: 'working',
      fact: `the workspace is ${examined.workspace.root}`,
    });
  else findings.push({ id: 'workspace', ...examined });
  if ('workspace' in examined)
    await round([...WORKSPACE, ...moduleChecks(machine.modules ?? [], examined.snapshot)]);
  await round([sandbox, ...hostChecks(machine.hosts)]);
  if ('workspace' in examined) examined.workspace.close();
  return findings;
}

function hostChecks(hosts: readonly Host[]): readonly Check[] {
  return hosts.flatMap(({ name, probe }): Check[] =>
    probe === undefined ? [] : [{ of: 'machine', id: name, look: probe }],
  );
}

function moduleChecks(modules: readonly PassModule[], snapshot: Snapshot): readonly Check[] {
  return enabledModules({ modules }, snapshot).flatMap(({ name, examined }): Check[] =>
    examined === undefined
      ? []
      : [
          {
            of: 'workspace',
            id: name,
            look: ({ snapshot, workspace }) => examined({ snapshot, state: workspace.state }),
          },
        ],
  );
}

function openForExamination(machine: Machine): ExaminedWorkspace | Observation {
  if (typeof machine.root !== 'string') return off(machine.root.missing, 'nocturne init DIR');
  try {
    const workspace = openWorkspace(machine.root, { home: machine.home, clock: machine.clock });
    return { ...machine, workspace, snapshot: workspace.snapshot() };
  } catch (error) {
    return observed(error);
  }
}

type Round = {
  readonly machine: Machine;
  readonly examined: ExaminedWorkspace | undefined;
  readonly fix: boolean;
};

async function runCheck(
  check: Check,
  { machine, examined, fix }: Round,
): Promise<readonly Finding[]> {
  const look = async (): Promise<readonly Observation[]> => {
    try {
      if (check.of !== 'machine' && examined === undefined) return [];
      const seen =
        check.of === 'machine'
          ? await check.look(machine)
          : await check.look(examined as ExaminedWorkspace);
      return Array.isArray(seen) ? seen : [seen as Observation];
    } catch (error) {
      return [observed(error)];
    }
  };
  const before = await look();
  const repaired =
    fix && before.some((seen) => seen.fix !== undefined && seen.verdict !== 'working')
      ? repair(check, machine, examined)
      : undefined;
  const after = repaired === undefined ? before : await look();
  return after.map((seen) => ({
    id: check.id,
    ...seen,
    ...defined({ repaired }),
  }));
}

function repair(
  check: Check,
  machine: Machine,
  examined: ExaminedWorkspace | undefined,
): string | undefined {
  try {
    if (check.of === 'machine') return check.repair?.(machine);
    return examined === undefined ? undefined : check.repair?.(examined);
  } catch (error) {
    return `could not repair it: ${messageOf(error)}`;
  }
}

/** A check that fails is a finding itself. */
function observed(error: unknown): Observation {
  const message = messageOf(error);
  return broken(
    message,
    (error instanceof NocturneError ? error.hint : undefined) ?? 'nocturne doctor --debug',
  );
}

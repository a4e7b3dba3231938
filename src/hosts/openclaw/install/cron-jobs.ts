/** Installs, lists and removes this workspace's jobs in the installed OpenClaw. */
import { basename } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { agentOf } from './agent-workspace.js';
import { hostJobs, type OurJob, ourJobs } from './host-jobs.js';
import {
  type InstalledJob,
  installJobs,
  madeMessages,
  rememberMessages,
  removeJobs,
} from './install-jobs.js';
import {
  type InstalledPlugin,
  installPlugin,
  planPlugin,
  type PluginPlan,
  type PluginSettings,
} from './install-plugin.js';
import {
  JOB_ROLES,
  jobMessage,
  jobName,
  type JobRole,
  type JobSpec,
  jobWords,
  type Times,
} from './job.js';
import { type Probed, probe } from './probe.js';
import { openClaw, type OpenClaw } from './program.js';

export type CronContext = {
  readonly workspace: Workspace;
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly force: boolean;
};
export type InstallRequest = {
  readonly times: Readonly<Record<JobRole, Times>>;
  readonly session: string;
  readonly model?: string;
  readonly agent?: string;
  readonly timeoutSeconds?: number;
  readonly plugin: { readonly packageRoot: string; readonly settings: PluginSettings } | undefined;
  readonly dryRun: boolean;
  readonly say: (line: string) => void;
};
export type Installed = {
  readonly version: string;
  /** The commands that change the host, as they are (or would be) started. */
  readonly commands: readonly (readonly string[])[];
  readonly jobs: readonly InstalledJob[];
  readonly plugin: InstalledPlugin | undefined;
  readonly warnings: readonly string[];
};

/** A pass needs more time than its agent: gate and brief before, conditions and closing after. */
const MARGIN_MINUTES = 15;
const MANAGER_MINUTES = 15;

export async function installCron(
  context: CronContext,
  request: InstallRequest,
): Promise<Installed> {
  const { workspace } = context;
  const { host, probed } = await open(
    context,
    JOB_ROLES.map((role) => request.times[role]),
    request.plugin !== undefined,
  );
  const { agent, warnings } = await agentOf(host, { root: workspace.root, agent: request.agent });
  const specs = JOB_ROLES.map((role) => specOf(workspace, { role, request, agent }));
  const words = specs.map((spec) => jobWords(spec, probed));
  const plan = await pluginPlan(host, { probed, request, force: context.force });
  const notes = [
    ...warnings,
    ...(words[0]?.leftOut ?? []).map((flag) => `left out, this version does not have it: ${flag}`),
    ...plan.warnings,
  ];
  const started = (args: readonly string[]): readonly string[] => [host.program, ...args];
  const before = (plan.plan?.commands ?? []).map(started);
  if (request.dryRun)
    return {
      version: probed.version,
      commands: [...before, ...words.map(({ args }) => started(args))],
      jobs: [],
      plugin: undefined,
      warnings: notes,
    };
  // The jobs come last: a job without its plugin would work unguarded.
  if (plan.plan !== undefined) request.say('installing the plugin');
  const plugin = plan.plan === undefined ? undefined : await installPlugin(host, plan.plan);
  request.say('making the jobs');
  const jobs = await installJobs({ ...jobsScope(context), host, probed }, specs);
  rememberMessages(
    workspace.state,
    specs.map((spec) => spec.message),
  );
  const run = words
    .filter((_, i) => jobs[i]?.what !== 'unchanged')
    .map(({ args }) => started(args));
  return { version: probed.version, commands: [...before, ...run], jobs, plugin, warnings: notes };
}

export async function listCron(
  context: CronContext,
): Promise<{ readonly version: string; readonly jobs: readonly OurJob[] }> {
  const { host, probed } = await open(context, [], false);
  return {
    version: probed.version,
    jobs: ourJobs(await hostJobs(host, probed), jobsScope(context)),
  };
}

export async function removeCron(
  context: CronContext,
  options: { readonly dryRun: boolean },
): Promise<{ readonly version: string; readonly jobs: readonly OurJob[] }> {
  const { host, probed } = await open(context, [], false);
  return {
    version: probed.version,
    jobs: await removeJobs({ ...jobsScope(context), host, probed }, options),
  };
}

async function open(
  { program, env }: CronContext,
  times: readonly Times[],
  plugins: boolean,
): Promise<{ readonly host: OpenClaw; readonly probed: Probed }> {
  const host = openClaw({ program, env });
  const schedule = [
    ...new Set(
      times.flatMap((time) =>
        time.kind === 'cron' ? (['--cron', '--tz'] as const) : (['--every'] as const),
      ),
    ),
  ];
  return { host, probed: await probe(host, { schedule, plugins }) };
}

function jobsScope({ workspace, force }: CronContext): {
  readonly workspaceId: string;
  readonly messages: readonly string[];
  readonly force: boolean;
} {
  return { workspaceId: basename(workspace.state), messages: madeMessages(workspace.state), force };
}

async function pluginPlan(
  host: OpenClaw,
  options: { readonly probed: Probed; readonly request: InstallRequest; readonly force: boolean },
): Promise<{ readonly plan?: PluginPlan; readonly warnings: readonly string[] }> {
  const { plugin } = options.request;
  if (plugin === undefined)
    return {
      warnings: [
        "without the plugin OpenClaw's tools write first: what is not allowed is undone when the pass ends, not refused",
      ],
    };
  if (!options.probed.plugins)
    return {
      warnings: [
        'this version of OpenClaw takes no plugin from a folder: what is not allowed is undone when the pass ends, not refused',
      ],
    };
  const plan = await planPlugin(host, { ...plugin, force: options.force });
  return { plan, warnings: plan.warnings };
}

function specOf(
  workspace: Workspace,
  {
    role,
    request,
    agent,
  }: {
    readonly role: JobRole;
    readonly request: InstallRequest;
    readonly agent: string | undefined;
  },
): JobSpec {
  const { session, model, times } = request;
  return {
    role,
    name: jobName(role, basename(workspace.state)),
    message: jobMessage(role),
    times: times[role],
    session: session === 'isolated' ? session : `${session}-${role}`,
    timeoutSeconds:
      request.timeoutSeconds ??
      60 *
        (MARGIN_MINUTES +
          (role === 'worker' ? longestPass(workspace.snapshot()) : MANAGER_MINUTES)),
    ...defined({ model, agent }),
  };
}

/** In minutes: a project may name any tier. */
function longestPass(snapshot: Snapshot): number {
  return Math.max(
    1,
    ...snapshot.records('MODEL-TIER').map((tier) => Number(fieldText(tier, 'max_minutes')) || 0),
  );
}

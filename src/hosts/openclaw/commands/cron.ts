/** `cron install`, `cron list`, `cron remove`: the worker and the manager as jobs of OpenClaw. */
import { EXIT } from '../../../kernel/error.js';
import type { AddedCommand, CommandResult } from '../../../passes/added-command.js';
import { installCron, listCron, removeCron } from '../install/cron-jobs.js';
import { DEFAULTS, cronContextOf, requestOf } from './cron-request.js';
import { facts, installText, jobJson, jobText } from './cron-text.js';

const PROGRAM = {
  flags: '--openclaw <program>',
  description: 'the program of OpenClaw (default: openclaw, from PATH)',
};

export const cronInstall: AddedCommand = {
  options: [
    { flags: '--worker <cron>', description: `when workers begin (default: ${DEFAULTS.worker})` },
    { flags: '--every <distance>', description: 'workers at a distance instead, as in 90m' },
    {
      flags: '--manager <cron>',
      description: `when the manager begins (default: ${DEFAULTS.manager})`,
    },
    { flags: '--tz <zone>', description: 'of these times (default: yours, in USER.md)' },
    { flags: '--model <model>', description: "as OpenClaw names it (default: the agent's)" },
    {
      flags: '--agent <id>',
      description: 'who works (default: the agent whose workspace this is)',
    },
    {
      flags: '--session <target>',
      description:
        'isolated, or session:NAME for one that goes on, which grows (default: isolated)',
    },
    {
      flags: '--timeout-seconds <n>',
      description: 'limit of a run (default: the longest tier of MODEL-TIERS.md and a margin)',
    },
    {
      flags: '--no-plugin',
      description:
        'the jobs alone: tools write first, and what is not allowed is undone afterwards',
    },
    {
      flags: '--force',
      description: 'replace a job or a plugin that was changed, or that serves another workspace',
    },
    { flags: '--dry-run', description: 'print the commands, change nothing' },
    PROGRAM,
  ],
  examples: [
    'nocturne cron install',
    'nocturne cron install --dry-run',
    'nocturne cron install --worker "0 22,0,2,4 * * *" --manager "30 5 * * *" --tz Europe/Lisbon',
  ],
  async run(context, { options }) {
    context.requireOwner('putting passes on a timer');
    const dryRun = options['dryRun'] === true;
    const installed = await installCron(cronContextOf(context, options), {
      ...requestOf(context, options),
      dryRun,
      say: (line) => context.progress(line),
    });
    const { version, jobs, plugin, commands, warnings } = installed;
    return {
      exit: EXIT.ok,
      text: installText(installed, dryRun),
      json: {
        dryRun,
        openclaw: version,
        commands,
        jobs: jobs.map(({ role, what, job, differed }) => ({
          role,
          what,
          differed,
          ...facts(job),
        })),
        plugin: plugin ?? null,
        warnings,
      },
    };
  },
};

export const cronList: AddedCommand = {
  options: [PROGRAM],
  examples: ['nocturne cron list', 'nocturne cron list --json'],
  async run(context, { options }) {
    const { version, jobs } = await listCron(cronContextOf(context, options));
    const text =
      jobs.length === 0
        ? 'OpenClaw has no job of this workspace. nocturne cron install makes them.'
        : jobs.map(jobText).join('\n');
    return { exit: EXIT.ok, text, json: { openclaw: version, jobs: jobs.map(jobJson) } };
  },
};

export const cronRemove: AddedCommand = {
  options: [
    { flags: '--force', description: 'also jobs whose message was changed since they were made' },
    { flags: '--dry-run', description: 'say what would be removed, remove nothing' },
    PROGRAM,
  ],
  examples: ['nocturne cron remove', 'nocturne cron remove --dry-run'],
  async run(context, { options }): Promise<CommandResult> {
    context.requireOwner('removing jobs');
    const dryRun = options['dryRun'] === true;
    const { version, jobs } = await removeCron(cronContextOf(context, options), { dryRun });
    const text =
      jobs.length === 0
        ? 'OpenClaw has no job of this workspace.'
        : jobs
            .map(({ job }) => `${dryRun ? 'would be removed' : 'removed'}  ${job.name}  ${job.id}`)
            .join('\n');
    return {
      exit: EXIT.ok,
      text,
      json: {
        dryRun,
        openclaw: version,
        removed: dryRun ? [] : jobs.map(jobJson),
        jobs: jobs.map(jobJson),
      },
    };
  },
};

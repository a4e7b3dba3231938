/** `pass begin`, `end`, `heartbeat` and `abort`: a pass inside a host's agent session. */
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { isTerminal, readInput } from '../../../kernel/read-input.js';
import { beginPass, endPass, heartbeat } from '../../../passes/host/host-driver.js';
import { passEnvironment } from '../pass-environment.js';
import { REASON, textOption } from '../options.js';
import { passResult } from '../pass-result.js';
import { requireProject } from '../unknown-project.js';
import { ok } from '../result.js';
import type { Command, Context, Parsed } from '../types.js';

const token = {
  flags: '--token <token>',
  description: 'the pass token (default: $NOCTURNE_PASS_TOKEN)',
};

export const passBegin: Command = {
  options: [
    {
      flags: '--role <role>',
      description: 'the kind of pass (default: worker)',
      choices: ['worker', 'manager'],
    },
    { flags: '--project <slug>', description: 'work on this project only' },
  ],
  examples: ['nocturne pass begin --role worker'],
  async run(context, { options }) {
    if (options['role'] === 'manager') {
      const { manager } = await import('../../../passes/manager/manager.js');
      return passResult(await manager(await passEnvironment(context), { role: 'manager' }));
    }
    const token = context.env['NOCTURNE_PASS_TOKEN'];
    const project = textOption(options, 'project');
    if (project !== undefined) requireProject(context.workspace().snapshot(), project);
    const request = defined({ role: 'worker' as const, project });
    const begun = await beginPass(
      await passEnvironment(context),
      request,
      token === undefined ? {} : { token },
    );
    if (begun.kind === 'over') return passResult(begun.report);
    const { runId, token: secret, prompt, brief } = begun.data;
    const host = begun.data.endedBy === 'host' ? begun.data.session?.host : undefined;
    const how =
      host === undefined
        ? commandsWith(secret)
        : [
            `${host} began this pass and ends it when your turn ends. Write the report as your last message.`,
          ];
    return ok([...how, '', prompt].join('\n'), {
      run: { id: runId, project: begun.data.project ?? null },
      token: secret,
      prompt,
      mayWrite: brief.mayWrite,
      budget: brief.budget,
    });
  },
};

/**
 * Without `--token`: hosts redact its value in the output of a command, and the agent would copy
 * the redacted text.
 */
function commandsWith(secret: string): readonly string[] {
  const set = `NOCTURNE_PASS_TOKEN=${secret}`;
  return [
    set,
    `At least every five minutes: ${set} nocturne pass heartbeat`,
    `When the work is done, with your report on standard input: ${set} nocturne pass end`,
  ];
}

export const passEnd: Command = {
  options: [
    token,
    {
      flags: '--report <file>',
      description: 'a file with what the agent printed (default: standard input)',
    },
    { flags: '--tokens-in <n>', description: 'how many tokens the agent read' },
    { flags: '--tokens-out <n>', description: 'how many tokens the agent wrote' },
    { flags: '--cost <amount>', description: 'what the pass cost' },
    { flags: '--model <name>', description: 'the model that did the work' },
  ],
  examples: ['nocturne pass end --token TOKEN < report.md'],
  async run(context, parsed) {
    const { options } = parsed;
    const number = (name: string): number | undefined => {
      const value = options[name];
      if (value === undefined) return undefined;
      if (typeof value !== 'string' || !/^\d+(\.\d+)?$/.test(value))
        throw new NocturneError(
          'USAGE',
          `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} cannot be ${String(value)}`,
          { hint: 'give a number' },
        );
      return Number(value);
    };
    const usage = {
      tokensIn: number('tokensIn'),
      tokensOut: number('tokensOut'),
      cost: number('cost'),
    };
    const token = tokenOf(context, parsed);
    const report = reportText(context, options['report']);
    const model = textOption(options, 'model') ?? '';
    return passResult(
      await endPass(await passEnvironment(context), { token, report, usage, model }),
    );
  },
};

export const passHeartbeat: Command = {
  options: [token],
  examples: ['nocturne pass heartbeat --token TOKEN'],
  async run(context, parsed) {
    const beat = heartbeat(await passEnvironment(context), tokenOf(context, parsed));
    return ok(`${beat.runId} may run until ${beat.until}`, {
      run: { id: beat.runId },
      until: beat.until,
    });
  },
};

export const passAbort: Command = {
  options: [token, REASON],
  examples: ['nocturne pass abort --token TOKEN --reason "out of context"'],
  async run(context, parsed) {
    const reason = textOption(parsed.options, 'reason') ?? 'the agent gave up';
    const report = await endPass(await passEnvironment(context), {
      token: tokenOf(context, parsed),
      report: '',
      usage: { tokensIn: undefined, tokensOut: undefined, cost: undefined },
      model: '',
      failed: reason,
    });
    return { ...passResult(report), exit: EXIT.ok };
  },
};

function tokenOf(context: Context, { options }: Parsed): string {
  const value = options['token'] ?? context.env['NOCTURNE_PASS_TOKEN'];
  if (typeof value !== 'string' || value === '')
    throw new NocturneError('USAGE', 'the pass token is missing', {
      hint: 'give --token, or set NOCTURNE_PASS_TOKEN, to the token that nocturne pass begin printed',
    });
  return value;
}

/** Bytes that are not UTF-8 are replaced: an agent may print anything. */
function reportText(context: Context, file: unknown): string {
  if (file === undefined && isTerminal()) return '';
  const hint = 'name a file with --report, or pipe in what the agent printed';
  const source = typeof file === 'string' ? file : '-';
  return readInput({ cwd: context.cwd, file: source, hint }).toString('utf8');
}

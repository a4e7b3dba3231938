/** `guard check`, `guard serve`: one decision of the guard with its reasons, or many by socket. */
import { decide } from '../../../governance/guard/decide.js';
import type { Action, ActionKind, Authority } from '../../../governance/types.js';
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { installedHosts } from '../../../hosts/installed.js';
import { readInput } from '../../../kernel/read-input.js';
import { projectScope } from '../../../passes/project-scope.js';
import type { Snapshot } from '../../../workspace/types.js';
import { actingAs, requireOwner } from '../actor.js';
import { paint } from '../paint.js';
import { printForPrograms } from '../print-result.js';
import { passEnvironment } from '../pass-environment.js';
import { unknownProject } from '../unknown-project.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command, Context, Parsed } from '../types.js';

const CONTENT_HINT =
  '--content-file names a file with the proposed content, or is - for standard input';
const OPERATIONS: readonly ActionKind[] = [
  'write',
  'edit',
  'append',
  'delete',
  'rename',
  'exec',
  'send',
];

export const guardCheck: Command = {
  options: [
    { flags: '--op <operation>', description: 'the kind of action', choices: OPERATIONS },
    { flags: '--path <path>', description: 'the file' },
    {
      flags: '--to <place>',
      description:
        'for rename: the new path; for send: a URL, CHANNEL:TARGET, session:KEY or search:web',
    },
    { flags: '--command <line>', description: 'for exec: the command line' },
    {
      flags: '--content-file <file>',
      description: 'a file with the proposed content (- for standard input)',
    },
    { flags: '--project <slug>', description: 'decide as for a worker pass of this project' },
  ],
  examples: [
    'nocturne guard check --op edit --path SOUL.md --project inventory',
    'nocturne guard check --op exec --command "rm -rf outputs" --project inventory --json',
    'nocturne guard check --op send --to https://api.example.org/licences --project inventory',
  ],
  run(context, { options }) {
    const snapshot = context.workspace().snapshot();
    const action = actionOf(context, options);
    const { authority, whose } = authorityFor(context, snapshot, options['project']);
    const { verdict, tier, reasons, impact, diagnostics } = decide(snapshot, authority, action, {
      home: context.home,
    });
    const colour = paint(context);
    const words = {
      allow: colour.good('allowed'),
      ask: colour.attention("needs the owner's approval"),
      deny: colour.wrong('refused'),
    };
    const text = [
      `${words[verdict]}, for ${whose}${tier === undefined ? '' : ` (${tier})`}`,
      ...reasons.map((reason) => `  ${reason.code}: ${reason.message}`),
      ...(impact.length === 0
        ? []
        : [
            '',
            `It would affect ${impact.length} others:`,
            textTable({
              head: ['file', 'edge', 'via', ''],
              width: context.width,
              rows: impact.map((node) => [
                node.file,
                node.edge,
                node.via,
                node.protected ? 'protected' : '',
              ]),
            }),
          ]),
    ];
    const json = {
      verdict,
      tier: tier ?? null,
      reasons,
      impact,
      diagnostics: diagnostics.map(({ rule, severity, message, range }) => ({
        rule,
        severity,
        message,
        file: range.file,
        line: range.line,
        column: range.column,
      })),
      as: whose,
    };
    return { exit: verdict === 'allow' ? EXIT.ok : EXIT.refused, text: text.join('\n'), json };
  },
};

function actionOf(context: Context, options: Parsed['options']): Action {
  const text = (name: string): string | undefined =>
    typeof options[name] === 'string' ? options[name] : undefined;
  const kind = OPERATIONS.find((operation) => operation === options['op']);
  if (kind === undefined)
    throw new NocturneError('USAGE', '--op is missing', {
      hint: `give --op with one of ${OPERATIONS.join(', ')}`,
    });
  const [path, to, command, file] = ['path', 'to', 'command', 'contentFile'].map(text);
  if (kind === 'exec' && command === undefined)
    throw new NocturneError('USAGE', 'exec needs a command', { hint: 'give --command "…"' });
  if (kind !== 'exec' && kind !== 'send' && path === undefined)
    throw new NocturneError('USAGE', `${kind} needs a path`, { hint: 'give --path' });
  if (kind === 'send' && to === undefined)
    throw new NocturneError('USAGE', 'send needs a destination', {
      hint: 'give --to, for instance https://api.example.org/licences',
    });
  if (kind === 'rename' && to === undefined)
    throw new NocturneError('USAGE', 'rename needs the new path', { hint: 'give --to' });
  return {
    kind,
    ...defined({
      path,
      to,
      command,
      content:
        file === undefined ? undefined : readInput({ cwd: context.cwd, file, hint: CONTENT_HINT }),
    }),
  };
}

/** The running pass by its token, else a pass of the named project, else a reader. */
function authorityFor(
  context: Context,
  snapshot: Snapshot,
  project: unknown,
): { readonly authority: Authority; readonly whose: string } {
  if (context.env['NOCTURNE_PASS_TOKEN'] !== undefined) {
    const { authority, runId } = actingAs(context);
    return { authority, whose: runId };
  }
  if (typeof project !== 'string')
    return { authority: { kind: 'reader' }, whose: 'a caller without a pass token' };
  if (snapshot.record('PROJECT', project) === undefined)
    throw unknownProject(
      project,
      snapshot.records('PROJECT').map((record) => record.key),
    );
  const scope = projectScope(snapshot, project);
  return {
    authority: { kind: 'pass', runId: '', role: 'worker', project, ...scope },
    whose: `a worker pass of ${project}`,
  };
}

export const guardServe: Command = {
  options: [
    {
      flags: '--idle <minutes>',
      description: 'stop after this long without a connection (default 30)',
    },
    {
      flags: '--parent',
      description: 'stop when standard input closes, because the parent process has ended',
    },
  ],
  examples: ['nocturne guard serve', 'nocturne guard serve --parent'],
  async run(context, { options }) {
    requireOwner(context, 'serving the guard');
    const minutes = Number(options['idle'] ?? 30);
    if (!(minutes > 0))
      throw new NocturneError('USAGE', `--idle cannot be ${String(options['idle'])}`, {
        hint: 'give a number of minutes above 0',
      });
    const env = await passEnvironment(context);
    const { serveGuard } = await import('../../guard-socket/start.js');
    const ending = new AbortController();
    env.signal.addEventListener('abort', () => ending.abort());
    if (options['parent'] === true) onParentGone(() => ending.abort());
    await serveGuard({
      env: { ...env, signal: ending.signal },
      hosts: await installedHosts(),
      packageRoot: context.packageRoot,
      idleMs: minutes * 60_000,
      ready: (started) =>
        printForPrograms(
          context.json ? JSON.stringify({ schema: 1, ok: true, ...started }) : servingText(started),
        ),
    });
    process.stdin.destroy();
    return { ...ok('', {}), ...defined({ raw: context.json ? '' : undefined }) };
  },
};

function servingText(started: {
  readonly socket: string;
  readonly pid: number;
  readonly served: boolean;
}): string {
  return started.served
    ? `The guard listens at ${started.socket}.`
    : `Another process already listens at ${started.socket}.`;
}

/** The system closes the pipe whenever and however the parent ends. */
function onParentGone(act: () => void): void {
  process.stdin.on('end', act).on('close', act).on('error', act);
  process.stdin.resume();
}

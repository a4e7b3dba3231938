/**
 * `guard check`: one decision of the guard, with every reason. What a host's hook asks before an
 * agent's tool runs.
 */
import { decide } from '../../../governance/guard/decide.js';
import type { Action, ActionKind, Authority } from '../../../governance/types.js';
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { readInput } from '../../../kernel/read-input.js';
import { projectScope } from '../../../passes/project-scope.js';
import type { Snapshot } from '../../../workspace/types.js';
import { actingAs } from '../actor.js';
import { paint } from '../paint.js';
import { textTable } from '../table.js';
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
    { flags: '--op <operation>', description: 'what is to be done', choices: OPERATIONS },
    { flags: '--path <path>', description: 'to which file' },
    {
      flags: '--to <place>',
      description:
        'of a rename: where to; of a send: an address, CHANNEL:TARGET, session:KEY or search:web',
    },
    { flags: '--command <line>', description: 'of exec: the command line' },
    {
      flags: '--content-file <file>',
      description: 'what the file would hold, or what is appended (- for standard input)',
    },
    { flags: '--project <slug>', description: 'as a pass of this project would be judged' },
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
      ask: colour.attention("only with the owner's leave"),
      deny: colour.wrong('refused'),
    };
    const text = [
      `${words[verdict]}, for ${whose}${tier === undefined ? '' : ` (${tier})`}`,
      ...reasons.map((reason) => `  ${reason.code}: ${reason.message}`),
      ...(impact.length === 0
        ? []
        : [
            '',
            `It would reach ${impact.length} others:`,
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
      impact: impact.map(({ file, edge, via, protected: isProtected }) => ({
        file,
        edge,
        via,
        protected: isProtected,
      })),
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
    throw new NocturneError('USAGE', 'what is to be done?', {
      hint: `give --op, one of ${OPERATIONS.join(', ')}`,
    });
  const [path, to, command, file] = ['path', 'to', 'command', 'contentFile'].map(text);
  if (kind === 'exec' && command === undefined)
    throw new NocturneError('USAGE', 'an exec needs its command', { hint: 'give --command "…"' });
  if (kind !== 'exec' && kind !== 'send' && path === undefined)
    throw new NocturneError('USAGE', `a ${kind} needs a path`, { hint: 'give --path' });
  if (kind === 'send' && to === undefined)
    throw new NocturneError('USAGE', 'a send needs a destination', {
      hint: 'give --to, for instance https://api.example.org/licences',
    });
  if (kind === 'rename' && to === undefined)
    throw new NocturneError('USAGE', 'a rename needs to know where to', { hint: 'give --to' });
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

/**
 * The running pass by its token; else, where a project is named, a pass of it; else somebody
 * without a token, who may only read.
 */
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
    throw new NocturneError('NOT_FOUND', `there is no project "${project}"`, {
      hint: `projects: ${
        snapshot
          .records('PROJECT')
          .map((record) => record.key)
          .join(', ') || 'none'
      }`,
    });
  const { writes, tools, phase, earlierOutputs } = projectScope(snapshot, project);
  return {
    authority: {
      kind: 'pass',
      runId: '',
      role: 'worker',
      project,
      phase,
      earlierOutputs,
      writes,
      tools,
    },
    whose: `a worker pass of ${project}`,
  };
}

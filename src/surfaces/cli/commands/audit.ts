/** `audit show`, `audit verify`: the audit log, and whether every log is unchanged. */
import { plural } from '../../../kernel/words.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { checkLogs } from '../../../integrity/gate-logs.js';
import { logGlobs } from '../../../integrity/gate-registry.js';
import { localTime } from '../../../project/local-time.js';
import { logRows } from '../../../workspace/log-rows.js';
import { recover } from '../../../workspace/recover.js';
import { paint } from '../paint.js';
import { ok } from '../result.js';
import { parseTime } from '../parse-time.js';
import { textTable } from '../../../report/text-table.js';
import { textOption } from '../options.js';
import type { Command, CommandResult, Context } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

const COLUMNS = [
  'seq',
  'time',
  'run_id',
  'step',
  'type',
  'target',
  'authorisation',
  'result',
  'detail',
] as const;
const FILTERS = [
  ['run', 'run_id'],
  ['step', 'step'],
  ['type', 'type'],
] as const;
const DEFAULT_LIMIT = 40;
/** Shown even if REGISTRY.md is so broken that it declares no log. */
const SHIPPED_LOG = 'audit/AUDIT-LOG.md';
const BAD = new Set(['refused', 'failed', 'restored', 'missed', 'error']);

type Row = Readonly<Record<(typeof COLUMNS)[number] | 'line', string>>;

export const auditShow: Command = {
  options: [
    { flags: '--run <id>', description: 'only rows of this run' },
    { flags: '--step <step>', description: 'only rows of this step (T0 to T9)' },
    { flags: '--type <type>', description: 'only rows of this type' },
    { flags: '--since <time>', description: 'only rows written since this time' },
    {
      flags: '--limit <n>',
      description: `how many of the newest rows (default ${DEFAULT_LIMIT}; 0 for all)`,
    },
  ],
  examples: [
    'nocturne audit show',
    'nocturne audit show --run RUN-20261121-003',
    'nocturne audit show --type refusal --since 7d',
  ],
  run(context, { options }) {
    const snapshot = context.workspace().snapshot();
    const limit = limitOf(options['limit']);
    const since =
      typeof options['since'] === 'string'
        ? parseTime(snapshot, options['since']).getTime()
        : Number.NEGATIVE_INFINITY;
    const wanted = FILTERS.flatMap(([option, column]) =>
      typeof options[option] === 'string' ? [{ column, value: options[option] }] : [],
    );
    const file = snapshot.schema.objects.get('AUDIT')?.glob ?? SHIPPED_LOG;
    const [first] = wanted;
    let rows: Row[] = [];
    let found = 0;
    for (const row of logRows(
      snapshot.root,
      file,
      first === undefined ? {} : { containing: first.value },
    )) {
      if (
        wanted.some(({ column, value }) => row.cell(column) !== value) ||
        !(Date.parse(row.cell('time')) >= since)
      )
        continue;
      found++;
      rows.push({
        ...Object.fromEntries(COLUMNS.map((column) => [column, row.cell(column)])),
        line: String(row.line),
      } as Row);
      if (rows.length > 2 * Math.max(limit, 1) && limit > 0) rows = rows.slice(-limit);
    }
    if (limit > 0) rows = rows.slice(-limit);
    const zone = ownerZone(snapshot);
    const colour = paint(context);
    const table = textTable({
      head: ['seq', 'time', 'run', 'what', 'target', 'result', 'detail'],
      width: context.width,
      rows: rows.map((row) => [
        row.seq,
        localTime(row.time, zone).slice(5),
        row.run_id,
        `${row.step} ${row.type}`.trim(),
        row.target,
        BAD.has(row.result) ? colour.attention(row.result) : row.result,
        row.detail,
      ]),
    });
    const more =
      found > rows.length
        ? `\nNot shown: ${plural(found - rows.length, 'older row')}. For all rows, give --limit 0.`
        : '';
    return ok(rows.length === 0 ? 'No rows match.' : `${table}${more}`, {
      rows: rows.map(({ line, seq, ...rest }) => ({
        seq: Number(seq),
        ...rest,
        file,
        line: Number(line),
      })),
      found,
    });
  },
};

export const auditVerify: Command = {
  options: [
    {
      flags: '--with <node>',
      description:
        'compare the log of a node of the mesh with ours: what one lost, the other knows',
    },
    {
      flags: '--file <path>',
      description: 'with --with: the audit/mesh-log.jsonl of the other node, instead of asking it',
    },
  ],
  examples: [
    'nocturne audit verify',
    'nocturne audit verify --json',
    'nocturne audit verify --with gpu-box',
    'nocturne audit verify --with gpu-box --file ../gpu-box/audit/mesh-log.jsonl',
  ],
  async run(context, { options }) {
    const [node, file] = [textOption(options, 'with'), textOption(options, 'file')];
    const own = verifyOwn(context);
    if (node === undefined) return own;
    const compared = await compareWith(context, { node, file });
    return {
      exit: Math.max(own.exit, compared.exit),
      text: `${own.text}\n${compared.text}`,
      json: { ...own.json, with: compared.json },
    };
  },
};

/** A module that has a log of its own with others knows how to compare it. */
async function compareWith(
  context: Context,
  other: { readonly node: string; readonly file: string | undefined },
): Promise<CommandResult> {
  const { installedModules } = await import('../../../modules/installed.js');
  const module = (await installedModules()).find(({ verifyWith }) => verifyWith !== undefined);
  if (module?.verifyWith === undefined)
    throw new NocturneError('NOT_FOUND', 'no installed module has a log that others share', {
      hint: 'nocturne audit verify without --with looks at the logs of this workspace',
    });
  const { addedContext } = await import('../added-context.js');
  return module.verifyWith(addedContext(context), other);
}

function verifyOwn(context: Context): CommandResult {
  const workspace = context.workspace();
  recover(workspace.root, workspace.state);
  const { chains, findings } = checkLogs(workspace.root, workspace.state, {
    globs: logGlobs(workspace.snapshot().schema),
  });
  const sound = findings.length === 0 && chains.every((chain) => chain.ok);
  const lines = chains.map(({ file, rows, ok: unchanged, firstBad }) => {
    if (unchanged) return `${file}: ${plural(rows, 'row')}, unchanged`;
    if (firstBad === undefined)
      return paint(context).wrong(
        `${file}: ${findings.find((finding) => finding.file === file)?.message ?? 'cannot be verified'}`,
      );
    return paint(context).wrong(
      `${file}:${firstBad.line}: row ${firstBad.seq} is ${firstBad.problem}: ${firstBad.message}`,
    );
  });
  const loose = findings
    .filter((finding) => !chains.some((chain) => chain.file === finding.file))
    .map((finding) => `${finding.file}: ${finding.message}`);
  const hints = [
    ...new Set(
      findings.flatMap((finding) => (finding.hint === undefined ? [] : [`  ${finding.hint}`])),
    ),
  ];
  const json = {
    chains: chains.map(({ verified: _, ...chain }) => chain),
    findings: findings.map(({ hint: _, ...finding }) => finding),
  };
  return {
    exit: sound ? EXIT.ok : EXIT.findings,
    text: [
      ...lines,
      ...loose,
      ...(sound
        ? ['Every row follows from the row before it, and every log matches its anchor.']
        : hints),
    ].join('\n'),
    json,
  };
}

function limitOf(value: unknown): number {
  if (value === undefined) return DEFAULT_LIMIT;
  if (typeof value !== 'string' || !/^\d{1,7}$/.test(value))
    throw new NocturneError('USAGE', `--limit is ${String(value)}`, {
      hint: 'give a whole number, or 0 for all rows',
    });
  return Number(value);
}

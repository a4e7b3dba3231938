/** `preapprove list`, `add`, `revoke`: what the owner allows in advance, on a signed page. */
import { parseDuration, stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { commaList } from '../../../kernel/words.js';
import { fieldInt, fieldList, fieldText } from '../../../project/field-text.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { usesOf } from '../../../project/preapproval-limits.js';
import { textTable } from '../../../report/text-table.js';
import { previewChanges } from '../../../workspace/preview.js';
import type { Change, Fields, Snapshot } from '../../../workspace/types.js';
import { routeOf } from '../../../registry/route.js';
import { fileFacts } from '../../../validate/file-facts.js';
import { governedFile } from '../../../validate/governed-file.js';
import { FILE_RULES } from '../../../validate/rules.js';
import { requireOwner } from '../actor.js';
import { textOption } from '../options.js';
import { parseTime } from '../parse-time.js';
import { ok } from '../result.js';
import { signPage } from '../sign-page.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';

const OBJECT = 'PREAPPROVAL';
const DRY_RUN = {
  flags: '--dry-run',
  description: 'show the page as it would be, and sign nothing',
};

export const preapproveList: Command = {
  examples: ['nocturne preapprove list'],
  run(context) {
    const snapshot = context.workspace().snapshot();
    const zone = ownerZone(snapshot);
    const all = snapshot.records(OBJECT).map((record) => ({
      id: record.key,
      title: fieldText(record, 'title'),
      class: fieldText(record, 'action_class'),
      status: fieldText(record, 'status'),
      uses: usesOf(snapshot, record.key),
      maxUses: fieldInt(record, 'max_uses') ?? null,
      expires: fieldText(record, 'expires'),
      scope: fieldList(record, 'scope'),
      boundary: fieldList(record, 'boundary'),
    }));
    const table = textTable({
      head: ['', 'class', 'status', 'used', 'until', 'scope'],
      width: context.width,
      rows: all.map((each) => [
        each.id,
        each.class,
        each.status,
        `${each.uses} of ${each.maxUses ?? '?'}`,
        localTime(each.expires, zone),
        each.scope.join(', '),
      ]),
    });
    return ok(all.length === 0 ? 'There is no pre-approval.' : table, { preapprovals: all });
  },
};

export const preapproveAdd: Command = {
  args: '<class>',
  options: [
    {
      flags: '--scope <globs>',
      description: 'what it is for: globs of the workspace, separated by commas',
    },
    {
      flags: '--except <globs>',
      description: 'what stays closed all the same; phase:NAME for a phase',
    },
    {
      flags: '--until <time>',
      description: 'when it ends: a time, or how long from now, as in 7d',
    },
    { flags: '--uses <count>', description: 'how often it may be used (default: once)' },
    { flags: '--title <text>', description: 'what it is, in a few words' },
    DRY_RUN,
  ],
  examples: [
    'nocturne preapprove add command-extended --scope "PROJECTS/garden/**" --until 3d --uses 5',
    'nocturne preapprove add file-write-extended --scope "reports/**" --until 2026-12-24 --dry-run',
  ],
  run(context, parsed) {
    const fields = fieldsOf(context.workspace().snapshot(), parsed);
    return change(context, parsed, {
      done: (id) => `${id} is active. To end it: nocturne preapprove revoke ${id}`,
      changeIn(snapshot) {
        const id = nextId(snapshot);
        return { id, change: { kind: 'insert', object: OBJECT, fields: { id, ...fields } } };
      },
    });
  },
};

export const preapproveRevoke: Command = {
  args: '<id>',
  options: [DRY_RUN],
  examples: ['nocturne preapprove revoke PA-001'],
  run(context, parsed) {
    const [id = ''] = parsed.args;
    return change(context, parsed, {
      done: () => `${id} is revoked. Its section stays, because the log refers to it.`,
      changeIn(snapshot) {
        if (snapshot.record(OBJECT, id) === undefined)
          throw new NocturneError('NOT_FOUND', `there is no pre-approval ${id}`, {
            hint: 'nocturne preapprove list shows them',
          });
        return {
          id,
          change: { kind: 'set', address: `${OBJECT}[${id}].status`, value: 'revoked' },
        };
      },
    });
  },
};

type Planned = { readonly id: string; readonly change: Change };

/** Checked as any commit, then written and signed. */
async function change(
  context: Context,
  { options }: Parsed,
  wanted: {
    readonly changeIn: (snapshot: Snapshot) => Planned;
    readonly done: (id: string) => string;
  },
): Promise<CommandResult> {
  requireOwner(context, 'changing pre-approvals');
  const planIn = (snapshot: Snapshot) => {
    const { id, change: planned } = wanted.changeIn(snapshot);
    const { files, after } = previewChanges(snapshot, { changes: [planned] });
    const [page] = files;
    if (page === undefined)
      throw new NocturneError('REFUSED', `${id} already says so`, {
        hint: 'nocturne preapprove list shows them',
      });
    requireSound(after, page.path);
    return { id, path: page.path, text: String(page.after ?? '') };
  };
  const { id, path, text } = planIn(context.workspace().snapshot());
  if (options['dryRun'] === true) return { exit: EXIT.ok, text, json: { id, path, text } };
  await signPage(context, path, {
    text: (snapshot) => planIn(snapshot).text,
    reason: `${wanted.done(id).split('.')[0] ?? ''}, said the owner`,
  });
  return ok(wanted.done(id), { id, path });
}

/** @throws NocturneError `BAD_VALUE` with the first error on the page as it would be. */
function requireSound(after: Snapshot, path: string): void {
  const file = governedFile(after, path, routeOf(after.schema, path).tier);
  const found = file === undefined ? [] : fileFacts(file, FILE_RULES).diagnostics;
  const error = found.find(({ severity }) => severity === 'error');
  if (error === undefined) return;
  const { message, expected, actual } = error;
  throw new NocturneError(
    'BAD_VALUE',
    `${message}${actual === undefined ? '' : `: ${actual}`}`,
    defined({ hint: expected }),
  );
}

/** @throws NocturneError `USAGE` for what is missing, or cannot be a time or a number. */
function fieldsOf(snapshot: Snapshot, { args, options }: Parsed): Fields {
  const [actionClass = ''] = args;
  const [scope, until] = ['scope', 'until'].map((name) => textOption(options, name));
  if (scope === undefined || until === undefined)
    throw new NocturneError('USAGE', `--${scope === undefined ? 'scope' : 'until'} is missing`, {
      hint: 'nocturne preapprove add CLASS --scope "reports/**" --until 3d',
    });
  const uses = Number(textOption(options, 'uses') ?? 1);
  if (!Number.isInteger(uses) || uses < 1)
    throw new NocturneError('USAGE', `--uses is ${textOption(options, 'uses')}, not a count`, {
      hint: 'how often it may be used, from 1',
    });
  const except = textOption(options, 'except');
  return {
    ...defined({ title: textOption(options, 'title') }),
    action_class: actionClass,
    max_uses: uses,
    expires: endOf(snapshot, until),
    status: 'active',
    scope: commaList(scope),
    ...defined({ boundary: except === undefined ? undefined : commaList(except) }),
  };
}

function endOf(snapshot: Snapshot, until: string): string {
  const long = parseDuration(until);
  const end =
    long === undefined ? parseTime(snapshot, until) : new Date(snapshot.now.getTime() + long);
  if (end.getTime() <= snapshot.now.getTime())
    throw new NocturneError('USAGE', `--until ${until} is over`, {
      hint: 'give a later time, or how long from now, as in 7d',
    });
  return stamp(end);
}

/** Numbers are never used again. */
function nextId(snapshot: Snapshot): string {
  const used = [
    ...snapshot.records(OBJECT).map(({ key }) => key),
    ...[...snapshot.rows('INVOCATION')].map((row) => fieldText(row, 'preapproval')),
  ].map((id) => Number(/^PA-(\d+)$/.exec(id)?.[1] ?? 0));
  return `PA-${String(Math.max(0, ...used) + 1).padStart(3, '0')}`;
}

/**
 * Rule preapproval: a pre-approval has a known class, covers only files that a pass may write, and
 * is active only while it has an effect.
 */
import { defined } from '../../kernel/defined.js';
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import { globMatches, isLiteral } from '../../kernel/glob.js';
import { globsTouch } from '../../kernel/glob-cover.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { Rec } from '../../markdown/types.js';
import { fieldInt, fieldText, fieldTime } from '../../project/field-text.js';
import {
  ACTION_CLASSES,
  boundaryOf,
  phaseOfLimit,
  usesOf,
} from '../../project/preapproval-limits.js';
import { routeOf } from '../../registry/route.js';
import type { ObjectSpec, Schema } from '../../registry/types.js';
import { type FieldItem, fieldItems, itemRange } from '../field-items.js';
import { fieldRange, keyRange } from '../record-place.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';

export const preapproval: WorkspaceRule = {
  kind: 'workspace',
  id: 'preapproval',
  severity: 'error',
  suppressible: 'never',
  run: (context) => {
    const object = context.schema.objects.get('PREAPPROVAL');
    if (object === undefined) return [];
    return context.snapshot.records('PREAPPROVAL').flatMap((record) => {
      const status = fieldText(record, 'status');
      const approval: Approval = {
        context,
        object,
        record,
        scope: itemsOf(object, record, 'scope'),
      };
      if (status === 'revoked') return [];
      return [
        ...unknownClass(approval),
        ...protectedScope(approval),
        ...(status === 'active'
          ? [...over(approval), ...emptyScope(approval), ...boundary(approval)]
          : []),
      ];
    });
  },
};

type Approval = {
  readonly context: WorkspaceContext;
  readonly object: ObjectSpec;
  readonly record: Rec;
  readonly scope: readonly FieldItem[];
};
type Problem = Omit<Diagnostic, 'rule' | 'range'>;

function say(range: Range, problem: Problem): Diagnostic {
  return { rule: 'preapproval', ...problem, range };
}

function itemsOf(object: ObjectSpec, record: Rec, field: string): readonly FieldItem[] {
  const [spec, cell] = [object.fields.get(field), record.fields.get(field)];
  return spec === undefined || cell === undefined
    ? []
    : fieldItems(spec.type, cell).filter(({ text }) => text !== '');
}

/** field-contract reports a class that R2 does not list. */
function unknownClass({ object, record }: Approval): Diagnostic[] {
  const actionClass = fieldText(record, 'action_class');
  const type = object.fields.get('action_class')?.type;
  if (
    actionClass === '' ||
    ACTION_CLASSES.includes(actionClass) ||
    (type?.kind === 'enum' && !type.values.includes(actionClass))
  )
    return [];
  return [
    say(fieldRange(object, record, 'action_class'), {
      severity: 'error',
      message: `${record.key} has the class ${actionClass}, which no action has`,
      expected: ACTION_CLASSES.join(', '),
      actual: actionClass,
      ...defined({ hint: didYouMean(actionClass, ACTION_CLASSES) }),
    }),
  ];
}

const SHOWN = 3;

/** A scope must not cover signed files, because no pre-approval opens them. */
function protectedScope({ context, record, scope }: Approval): Diagnostic[] {
  return scope.flatMap(({ text, range }) => {
    const files = protectedIn(context, text);
    if (files.length === 0) return [];
    const names = `${files.slice(0, SHOWN).join(', ')}${files.length > SHOWN ? ` and ${files.length - SHOWN} more` : ''}`;
    return [
      say(range, {
        severity: 'error',
        message: `the scope of ${record.key} covers protected files, which no pre-approval opens: ${names}`,
        expected: 'files that a pass may write',
        actual: text,
        hint: 'name the smallest scope that is enough',
      }),
    ];
  });
}

function protectedIn({ snapshot, schema }: WorkspaceContext, glob: string): readonly string[] {
  if (isLiteral(glob)) return isSigned(schema, glob) ? [glob] : [];
  const near = schema.routes.some(
    (route) => isSignedTier(route.tier) && globsTouch(glob, route.pattern),
  );
  return near
    ? [...snapshot.files.keys()].filter((path) => globMatches(glob, path) && isSigned(schema, path))
    : [];
}

function isSigned(schema: Schema, path: string): boolean {
  return isSignedTier(routeOf(schema, path).tier);
}

function isSignedTier(tier: string): boolean {
  return tier === 'PROTECTED' || tier === 'MANIFEST-VERIFY';
}

/** In force, and permitting nothing any more. */
function over({ context: { snapshot }, object, record }: Approval): Diagnostic[] {
  const found: Diagnostic[] = [];
  const expires = fieldTime(record, 'expires');
  if (expires !== undefined && expires <= snapshot.now.getTime())
    found.push(
      say(fieldRange(object, record, 'expires'), {
        severity: 'warning',
        message: `${record.key} is active, but ended at ${fieldText(record, 'expires')}`,
        expected: 'a time to come',
        actual: fieldText(record, 'expires'),
        hint: 'set its status to revoked, and leave the section: the log refers to it',
      }),
    );
  const most = fieldInt(record, 'max_uses');
  const used = most === undefined ? 0 : usesOf(snapshot, record.key);
  if (most !== undefined && used >= most)
    found.push(
      say(fieldRange(object, record, 'max_uses'), {
        severity: 'warning',
        message: `${record.key} is active, but used up: ${used} of ${most} uses`,
        expected: 'uses that are left',
        actual: String(most),
        hint: 'look at the uses in audit/APPROVAL-CHAIN.md, then raise the number or set its status to revoked',
      }),
    );
  return found;
}

/** Globs under a project that is not there, or under a folder that is not. */
function emptyScope({ context, record, scope }: Approval): Diagnostic[] {
  return scope.flatMap(({ text, range }) => {
    const missing = missingFolder(context, text);
    if (missing === undefined) return [];
    return [
      say(range, {
        severity: 'warning',
        message: `the scope of ${record.key} matches nothing: there is no ${missing}`,
        expected: 'a glob that matches files, now or later',
        actual: text,
      }),
    ];
  });
}

function missingFolder({ snapshot, schema }: WorkspaceContext, glob: string): string | undefined {
  const segments = glob.split('/');
  const wild = segments.findIndex((segment) => !isLiteral(segment));
  const literal = segments.slice(0, wild < 0 ? segments.length - 1 : wild);
  const [top] = literal;
  if (top === undefined) return undefined;
  const project = ['PROJECT', 'DRAFT']
    .map((name) => schema.objects.get(name)?.glob ?? '')
    .find((pattern) => pattern.startsWith(`${top}/*/`));
  const folder =
    project !== undefined && literal[1] !== undefined ? `${top}/${literal[1]}/` : `${top}/`;
  for (const path of snapshot.files.keys())
    if (path.startsWith(folder) || globMatches(glob, path)) return undefined;
  return folder.slice(0, -1);
}

function boundary({ context, object, record, scope }: Approval): Diagnostic[] {
  const limits = boundaryOf(record);
  const cell = record.fields.get('boundary');
  if (limits === undefined || cell === undefined || limits.length === 0) {
    if (limits === undefined)
      return [
        say(fieldRange(object, record, 'boundary'), {
          severity: 'error',
          message: `the boundary of ${record.key} cannot be read, so the pre-approval permits nothing`,
          expected: 'a list of globs and of phase:NAME',
          actual: fieldText(record, 'boundary'),
        }),
      ];
    return [
      say(keyRange(object, record), {
        severity: 'warning',
        message: `${record.key} has no boundary`,
        expected: 'what it excludes from the scope',
        actual: 'nothing',
      }),
    ];
  }
  const phases = new Set(
    [...context.facts.values()].flatMap((fileFacts) => fileFacts.phases.map((phase) => phase.name)),
  );
  return limits.flatMap((limit) => {
    const named = phaseOfLimit(limit);
    const excludes =
      named === undefined
        ? phases.has(limit) || scope.some(({ text }) => globsTouch(limit, text))
        : named === '' || named === '*' || phases.size === 0 || phases.has(named);
    if (excludes) return [];
    const message =
      named === undefined
        ? `${limit} excludes nothing: the scope of ${record.key} does not cover it`
        : `no project has a phase ${named}, which ${record.key} excludes`;
    return [
      say(itemRange(cell, limit), {
        severity: 'warning',
        message,
        actual: limit,
        ...defined({ hint: named === undefined ? undefined : didYouMean(named, phases) }),
      }),
    ];
  });
}

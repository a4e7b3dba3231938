/** The schema that REGISTRY.md declares. */
import type { Diagnostic, Range, Severity } from '../kernel/diagnostic.js';
import type { RecordSpec, Shape } from '../markdown/types.js';
import type { PlainType } from './field-type.js';

export type FieldType =
  | { readonly kind: PlainType }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'ref'; readonly object: string };

export type Constraint =
  | { readonly kind: 'range'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'not-empty' }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }
  | {
      readonly kind: 'unique';
      readonly where?: { readonly field: string; readonly value: string };
    };

export type Writer = 'owner' | 'bundle' | 'agent';

export type FieldSpec = {
  readonly object: string;
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  readonly constraints: readonly Constraint[];
  /** The object whose key this field must be. */
  readonly references: string | undefined;
  readonly writer: Writer;
  readonly range: Range;
};

export type ObjectSpec = RecordSpec & {
  readonly shape: Shape;
  readonly readers: string;
  readonly writers: string;
  readonly fields: ReadonlyMap<string, FieldSpec>;
  readonly range: Range;
};

export const TIERS = [
  'APPEND',
  'STANDARD',
  'PROTECTED',
  'MANIFEST-VERIFY',
  'CODE',
  'FREE',
] as const;
export type Tier = (typeof TIERS)[number];

/** `bundles`: if not empty, only these bundles may write the file. */
export type Route = {
  readonly pattern: string;
  readonly tier: Tier;
  readonly bundles: readonly string[];
  readonly note: string;
  readonly range: Range;
};

export const EDGE_KINDS = [
  'READS',
  'WRITES',
  'VALIDATES',
  'TRIGGERS',
  'REFERENCES',
  'AUTHORIZES',
] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

/** An end is a path, a glob, `OBJECT:NAME` or `BUNDLE:name`. */
export type Edge = {
  readonly source: string;
  readonly kind: EdgeKind;
  readonly target: string;
  readonly note: string;
  readonly range: Range;
};

export type BundleArgument = {
  readonly name: string;
  readonly type: FieldType;
  readonly optional: boolean;
};
export type BundleOp = 'set' | 'append' | 'insert' | 'remove' | 'notify';

/**
 * A value of R5: a literal, `{argument}`, `{now}`, `{today}`, `{now + 3d}`, `{old.field}` or
 * `null`.
 */
export type ValueExpression =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'argument'; readonly name: string }
  | { readonly kind: 'now' | 'today'; readonly plus: number }
  | { readonly kind: 'old'; readonly field: string }
  | { readonly kind: 'null' };

/** `OBJECT[{argument}]`, `OBJECT[literal]` or `OBJECT` (append, insert, notify). */
export type BundleTarget = { readonly object: string; readonly key: ValueExpression | undefined };

/** Consecutive `append`, `insert` or `notify` rows with the same target make one record. */
export type BundleOperation = {
  readonly op: BundleOp;
  readonly target: BundleTarget;
  readonly fields: readonly {
    readonly field: string;
    readonly value: ValueExpression;
    readonly range: Range;
  }[];
  readonly range: Range;
};

/**
 * `OBJECT[{argument}].field is X`, `is not X`, `in (A, B)`, `is empty`, `is not empty`, `{argument}
 * is not empty`.
 */
export type Precondition = {
  readonly subject:
    | { readonly kind: 'field'; readonly target: BundleTarget; readonly field: string }
    | { readonly kind: 'argument'; readonly name: string };
  readonly test:
    | { readonly kind: 'is' | 'is-not' | 'in'; readonly values: readonly string[] }
    | { readonly kind: 'empty' | 'not-empty' };
  readonly text: string;
  readonly range: Range;
};

export type Bundle = {
  readonly name: string;
  readonly arguments: readonly BundleArgument[];
  readonly preconditions: readonly Precondition[];
  readonly operations: readonly BundleOperation[];
  readonly range: Range;
};

/** R6: `sql` selects the violations; `message` may interpolate `{column}`. */
export type SqlRule = {
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string | undefined;
  readonly sql: string;
  readonly range: Range;
};

export type ModuleRow = {
  readonly name: string;
  readonly watches: readonly string[];
  readonly enabled: boolean;
  /** Whether the row is in the module's own section. */
  readonly section: boolean;
  readonly range: Range;
};

export type Schema = {
  readonly file: string;
  readonly objects: ReadonlyMap<string, ObjectSpec>;
  readonly routes: readonly Route[];
  readonly edges: readonly Edge[];
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly rules: readonly SqlRule[];
  readonly modules: readonly ModuleRow[];
};

export type LoadedSchema = { readonly schema: Schema; readonly diagnostics: readonly Diagnostic[] };

export type ImpactedNode = {
  readonly file: string;
  readonly edge: EdgeKind;
  readonly via: string;
  readonly protected: boolean;
};

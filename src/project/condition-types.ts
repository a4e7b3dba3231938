/** The assertions that stop conditions and pass criteria are made of. */
import type { Range } from '../kernel/diagnostic.js';

/** How many there must be. At least one of the bounds is there. */
export type Count = {
  readonly at_least?: number;
  readonly at_most?: number;
  readonly equals?: number;
};

/** Globs relative to the project. */
export type Globs = readonly string[];

/** A point in time to be newer than: files, a length of time before now, or an instant. */
export type Since =
  | { readonly kind: 'files'; readonly globs: Globs }
  | { readonly kind: 'within'; readonly milliseconds: number; readonly text: string }
  | { readonly kind: 'instant'; readonly at: number; readonly text: string }
  | { readonly kind: 'mark'; readonly mark: 'phase' | 'last_pass' };

/** Every condition says itself in one line (`text`), for results and briefs. */
export type Condition = { readonly text: string } & (
  | { readonly kind: 'text' }
  | { readonly kind: 'invalid'; readonly problem: string }
  | {
      readonly kind: 'file_exists';
      readonly in: Globs;
      readonly count: Count;
      readonly minBytes: number;
    }
  | { readonly kind: 'file_newer'; readonly in: Globs; readonly than: Since }
  | {
      readonly kind: 'entries';
      readonly in: Globs;
      readonly under: string;
      readonly count: Count;
      readonly eachHas: readonly string[];
    }
  | {
      readonly kind: 'table_rows';
      readonly in: Globs;
      readonly under: string;
      readonly count: Count;
      readonly eachHas: readonly string[];
      readonly where: ReadonlyMap<string, readonly string[]>;
    }
  | {
      readonly kind: 'frontmatter';
      readonly in: Globs;
      readonly has: readonly string[];
      readonly equals: ReadonlyMap<string, string>;
      readonly matches: ReadonlyMap<string, RegExp>;
    }
  | {
      readonly kind: 'matches';
      readonly in: Globs;
      readonly pattern: RegExp;
      readonly count: Count;
      readonly eachFile: boolean;
    }
  | { readonly kind: 'links_resolve'; readonly in: Globs }
  | {
      readonly kind: 'json_schema';
      readonly in: Globs;
      readonly schema: string | Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'command';
      readonly argv: readonly string[];
      readonly exit: readonly number[];
      readonly timeoutMs: number;
      readonly stdout: RegExp | undefined;
    }
  | {
      readonly kind: 'query';
      readonly sql: string;
      readonly count: Count;
      readonly value: string | undefined;
    }
  | {
      readonly kind: 'unique';
      readonly in: Globs;
      readonly under: string | undefined;
      readonly field: string;
    }
  | { readonly kind: 'hash_changed'; readonly in: Globs }
  | {
      readonly kind: 'no_duplicates_of';
      readonly in: Globs;
      readonly of: Globs;
      readonly threshold: number;
    }
  | { readonly kind: 'all_of'; readonly of: readonly Condition[] }
  | { readonly kind: 'any_of'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
);

export type ConditionKind = Exclude<Condition['kind'], 'text' | 'invalid'>;
export type ConditionOf<K extends Condition['kind']> = Extract<Condition, { kind: K }>;
/** A condition that does not say itself yet. */
export type ConditionBody<K extends Condition['kind'] = Condition['kind']> = {
  [P in K]: Omit<ConditionOf<P>, 'text'>;
}[K];

/**
 * The field that a condition was read from; a `Cell` is one. `raw` gives findings their line and
 * column inside the field.
 */
export type ConditionSource = {
  readonly range: Range;
  readonly raw?: string;
};

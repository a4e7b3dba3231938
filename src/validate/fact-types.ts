/** The facts of one file: its own diagnostics, and what rules about several files need. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import type { PhaseFact } from './phase-facts.js';
import type { Suppression } from './suppression.js';

export type KeyFact = { readonly object: string; readonly key: string; readonly range: Range };
/** A field that names a record of `object`. */
export type ReferenceFact = {
  readonly object: string;
  readonly key: string;
  readonly address: string;
  readonly range: Range;
};
/** A value that only one record of `object` may have. */
export type UniqueFact = {
  readonly object: string;
  readonly field: string;
  readonly value: string;
  readonly address: string;
  readonly range: Range;
};
/** `path`: where it leads. `wiki`: the page that a wikilink names, which depends on all files. */
export type LinkFact = {
  readonly target: string;
  readonly path?: string;
  readonly wiki?: string;
  readonly anchor?: string;
  readonly range: Range;
  readonly start: number;
  readonly end: number;
};

/** Plain data, which survives JSON, so that the cache can store it. */
export type FileFacts = {
  readonly diagnostics: readonly Diagnostic[];
  /** Of documents, and of objects that others refer to. */
  readonly keys: readonly KeyFact[];
  readonly references: readonly ReferenceFact[];
  readonly uniques: readonly UniqueFact[];
  readonly links: readonly LinkFact[];
  readonly phases: readonly PhaseFact[];
  readonly suppressions: readonly Suppression[];
  readonly records: number;
  /**
   * Objects whose records in this file could not be read, so that references to them are unknown.
   */
  readonly unread: readonly string[];
};

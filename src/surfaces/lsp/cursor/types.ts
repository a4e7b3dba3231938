/** Where the cursor is, in the words of the registry. */
import type { Doc, Rec } from '../../../markdown/types.js';
import type { FieldSpec, ObjectSpec } from '../../../registry/types.js';

/** The word at the cursor: offsets in the text. */
export type Word = { readonly start: number; readonly end: number };

/**
 * `key`: where the name of a field is written, below the fields `inside`. `value`: of a field, or
 * of one item of its list.
 */
export type Cursor =
  | (Word & {
      readonly kind: 'key';
      readonly object: ObjectSpec;
      readonly record: Rec | undefined;
      /** `phase.` below `phase:` in front matter, else empty. */
      readonly inside: string;
      /** The field whose name it is, if there is one already. */
      readonly spec: FieldSpec | undefined;
    })
  | (Word & {
      readonly kind: 'value';
      readonly object: ObjectSpec;
      readonly record: Rec | undefined;
      readonly spec: FieldSpec;
    });

/** A text with the records of one file, as the cursor finders need them. */
export type CursorPage = {
  readonly doc: Doc;
  readonly object: ObjectSpec;
  readonly records: readonly Rec[];
};

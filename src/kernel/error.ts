/**
 * The error that is thrown if Nocturne cannot do its job. Each surface catches it once. Code
 * branches on `code`, never on the text.
 */
import { defined } from './defined.js';

/** Exit codes of all commands, one meaning each. */
export const EXIT = {
  ok: 0,
  findings: 1,
  usage: 2,
  gate: 3,
  deferred: 4,
  refused: 5,
  internal: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Permanent error codes, each with the exit code of a command that fails with it. */
const CODES = {
  USAGE: EXIT.usage,
  NO_WORKSPACE: EXIT.usage,
  BAD_ADDRESS: EXIT.usage,
  NOT_FOUND: EXIT.usage,
  AMBIGUOUS: EXIT.usage,
  BAD_VALUE: EXIT.usage,
  BAD_QUERY: EXIT.usage,
  CONFIG: EXIT.usage,
  SCHEMA: EXIT.usage,
  EXISTS: EXIT.usage,
  UNREADABLE: EXIT.findings,
  GATE: EXIT.gate,
  NOT_TRUSTED: EXIT.gate,
  ROOT_MOVED: EXIT.gate,
  LOCKED: EXIT.deferred,
  LEASE_LOST: EXIT.deferred,
  CONFLICT: EXIT.findings,
  REFUSED: EXIT.refused,
  STALE: EXIT.refused,
  STORAGE: EXIT.findings,
  RUN_FAILED: EXIT.findings,
  MISSING_PART: EXIT.usage,
  INTERNAL: EXIT.internal,
} as const satisfies Record<string, ExitCode>;
export type ErrorCode = keyof typeof CODES;

export type ErrorPlace = {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
};

/** One reason for a refusal: `code` is permanent, `message` is for people. */
export type ErrorReason = { readonly code: string; readonly message: string };

export type ErrorDocument = ErrorPlace & {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly reasons?: readonly ErrorReason[];
};

export class NocturneError extends Error {
  override readonly name = 'NocturneError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly place: ErrorPlace;
  /** All reasons for a refusal, in the order of the message. */
  readonly reasons: readonly ErrorReason[];
  /** @param message what was observed and what was expected. @param options.hint what to do. */
  constructor(
    code: ErrorCode,
    message: string,
    options: {
      hint?: string | undefined;
      cause?: unknown;
      reasons?: readonly ErrorReason[];
    } & ErrorPlace = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.reasons = options.reasons ?? [];
    const { file, line, column } = options;
    this.place = defined({ file, line, column });
  }
  get exit(): ExitCode {
    return CODES[this.code];
  }
  /** The form for programs, the same at every surface. */
  get document(): ErrorDocument {
    const { code, message, hint, place, reasons } = this;
    return defined({
      code,
      message,
      hint,
      ...place,
      reasons: reasons.length === 0 ? undefined : reasons,
    });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

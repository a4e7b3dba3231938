/** The document of `nocturne log RUN --json`, and of `nocturne kept list`. */
import type { NightPass } from '../../../../passes/night-passes.js';
import type { RunRecord } from '../../../../passes/run-record.js';

export type RunLog = {
  readonly run: string;
  /** Fields of the session registry; none while it runs. */
  readonly facts: Readonly<Record<string, string>>;
  readonly running: NightPass | null;
  readonly previous: string | null;
  readonly next: string | null;
  readonly auditRows: number;
  readonly undone: readonly {
    readonly path: string;
    readonly result: string;
    readonly detail: string;
  }[];
  readonly differences: readonly { readonly path: string; readonly diff: string }[];
  readonly promptIsTrue: boolean;
  readonly record?: RunRecord;
};

export type KeptList = {
  readonly kept: readonly { readonly path: string; readonly bytes: number }[];
};

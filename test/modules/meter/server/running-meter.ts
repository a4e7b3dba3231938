/** A workspace with a live meter in this process, and passes that may use it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Grant, openGrant } from '../../../../src/modules/meter/grant.js';
import type { LedgerRow, SettleRow } from '../../../../src/modules/meter/ledger/rows.js';
import { serveMeter, type MeterOptions } from '../../../../src/modules/meter/server/serve-meter.js';
import {
  makeWorkspace,
  type MadeWorkspace,
  type MakeOptions,
} from '../../../support/make-workspace.js';
import { testUpstream, type Script, type TestUpstream } from './upstream.js';

export const KEY = 'sk-owner-0123456789abcdef';
type Test = { testdir(): string; teardown(action: () => Promise<unknown>): unknown };

export type RunningMeter = {
  readonly made: MadeWorkspace;
  readonly upstream: TestUpstream;
  readonly base: string;
  readonly socket: string;
  readonly said: readonly string[];
  /** A token of a new pass. */
  token(options?: TokenOptions): string;
  rows(): readonly LedgerRow[];
  /** How the calls were settled, in order. */
  settled(): readonly SettleRow[];
  stop(): Promise<void>;
};
export type TokenOptions = Partial<
  Pick<Grant, 'runId' | 'project' | 'endpoint' | 'apiKeyEnv' | 'limits'> & { readonly use: string }
>;
export type RunningOptions = {
  readonly script?: Script;
  readonly make?: MakeOptions;
  readonly meter?: Partial<MeterOptions>;
};

export async function runningMeter(t: Test, options: RunningOptions = {}): Promise<RunningMeter> {
  const made = makeWorkspace(t.testdir(), options.make);
  const upstream = await testUpstream(options.script);
  const ending = new AbortController();
  const said: string[] = [];
  let ended: Promise<void> = Promise.resolve();
  const address = await new Promise<{ port: number; socket: string }>((ready, reject) => {
    ended = serveMeter({
      workspace: made.workspace,
      env: { OWNER_KEY: KEY },
      signal: ending.signal,
      say: (line) => said.push(line),
      ready,
      ...options.meter,
    });
    ended.catch(reject);
  });
  const stop = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  t.teardown(async () => {
    await upstream.close();
    await stop();
  });
  const rows = (): readonly LedgerRow[] => ledgerRows(made.workspace.state);
  let passes = 0;
  return {
    ...{ made, upstream, said, stop, rows },
    base: `http://127.0.0.1:${address.port}`,
    socket: address.socket,
    token(options = {}) {
      passes += 1;
      return openGrant(made.workspace.state, {
        runId: `RUN-20261121-${String(passes).padStart(3, '0')}`,
        project: 'pages',
        runner: 'cloud',
        endpoint: upstream.endpoint,
        apiKeyEnv: 'OWNER_KEY',
        limits: {},
        opened: '2026-11-21T01:30:00Z',
        use: 'worker',
        ...options,
      }).token;
    },
    settled: () => rows().filter((row): row is SettleRow => row.kind === 'settle'),
  };
}

export function ledgerRows(state: string): readonly LedgerRow[] {
  return readFileSync(join(state, 'meter/ledger.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerRow)
    .filter((row) => row.kind === 'reserve' || row.kind === 'settle');
}

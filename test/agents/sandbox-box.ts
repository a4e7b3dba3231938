/** A small workspace, a home and a sandbox around them, for tests of programs in it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import {
  bubblewrap,
  decideSandbox,
  type Sandbox,
  type SandboxSettings,
} from '../../src/agents/sandbox.js';
import { probeSandbox } from '../../src/agents/sandbox-probe.js';
import { AGENT } from './sample-run.js';

export const PATH = process.env['PATH'] ?? '';
export const SETTINGS: SandboxSettings = {
  mode: 'strict',
  policy: 'require',
  network: false,
  read: [],
};

export type Box = {
  readonly base: string;
  readonly workspace: string;
  readonly home: string;
  readonly outputs: string;
  readonly sandbox: Sandbox;
};

/**
 * A workspace, a home and a state directory below the system's folder for temporary files, which
 * nothing in a sandbox sees by itself.
 */
export async function box(t: Test, settings: Partial<SandboxSettings> = {}): Promise<Box> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'nocturne-box-')));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const [workspace, home] = [join(base, 'workspace'), join(base, 'home')];
  const outputs = join(workspace, 'PROJECTS/pages/outputs');
  for (const folder of [
    outputs,
    join(workspace, '.nocturne'),
    join(workspace, '.git'),
    join(home, '.nocturne/keys'),
    join(home, '.ssh'),
  ])
    mkdirSync(folder, { recursive: true });
  for (const [path, content] of [
    [join(workspace, 'SOUL.md'), 'soul'],
    [join(home, '.nocturne/keys/owner.key'), 'secret'],
    [join(home, '.ssh/id'), 'secret'],
    [join(home, 'notes.txt'), 'mine'],
  ] as const)
    writeFileSync(path, content);
  const on = decideSandbox(
    { ...SETTINGS, read: [dirname(dirname(AGENT))], ...settings },
    await probeSandbox(PATH),
  );
  if (on.kind !== 'on') throw new Error(`these tests need bubblewrap: ${JSON.stringify(on)}`);
  return {
    base,
    workspace,
    home,
    outputs,
    sandbox: bubblewrap(on, {
      workspace,
      nocturneHome: join(home, '.nocturne'),
      home,
      writable: [outputs],
      readOnly: [],
    }),
  };
}

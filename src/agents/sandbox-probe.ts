/**
 * Tests whether bubblewrap works here by running it once, because being installed is not enough.
 */
import { findProgram } from './find-program.js';
import { NAMESPACES } from './sandbox-mounts.js';

export type SandboxProbe =
  | { readonly kind: 'works'; readonly bwrap: string; readonly version: string }
  | { readonly kind: 'missing' | 'forbidden'; readonly why: string };

const PROBE_MS = 10_000;
const probes = new Map<string, Promise<SandboxProbe>>();

/** Tested once per process and program. */
export async function probeSandbox(path: string | undefined): Promise<SandboxProbe> {
  const bwrap = findProgram('bwrap', { path, directory: '/' });
  if (bwrap === undefined)
    return { kind: 'missing', why: 'bubblewrap (`bwrap`) is not on the path' };
  const probe = probes.get(bwrap) ?? tryIt(bwrap);
  probes.set(bwrap, probe);
  return probe;
}

/** It starts itself, so that nothing else is needed inside. */
async function tryIt(bwrap: string): Promise<SandboxProbe> {
  const { execa } = await import('execa');
  const args = [
    ...NAMESPACES,
    '--unshare-net',
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--tmpfs',
    '/tmp',
    '--',
    bwrap,
    '--version',
  ];
  const { exitCode, stdout, stderr, timedOut, shortMessage } = await execa(bwrap, args, {
    reject: false,
    timeout: PROBE_MS,
    stdin: 'ignore',
    env: {},
    extendEnv: false,
  });
  if (exitCode === 0) return { kind: 'works', bwrap, version: stdout.trim() };
  if (timedOut)
    return { kind: 'forbidden', why: `${bwrap} did not come back within ${PROBE_MS / 1000} s` };
  return {
    kind: 'forbidden',
    why: `${bwrap} is there and cannot make a sandbox: ${stderr.trim().split('\n').at(-1)?.slice(0, 300) || shortMessage || `it ended with ${exitCode ?? 'a signal'}`}`,
  };
}

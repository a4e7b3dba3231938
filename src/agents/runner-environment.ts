/** The environment of an agent's process: a short list that the owner can extend. */
import { isAbsolute } from 'node:path';
import { type ModelAccess, modelVariables } from './model-access.js';
import type { RunnerSpec } from './types.js';

const ALWAYS = ['HOME', 'LANG', 'TZ'] as const;

export type EnvironmentInput = {
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly spec: RunnerSpec;
  readonly runId: string;
  readonly token: string;
  readonly workspaceRoot: string;
  readonly briefFile: string;
  readonly heartbeatFile: string;
  readonly access?: ModelAccess;
};

/**
 * Relative directories are dropped from PATH, because they would be in the folder that the agent
 * writes. Nothing overrides the `NOCTURNE_` variables.
 */
export function runnerEnvironment({
  host,
  spec,
  runId,
  token,
  workspaceRoot,
  briefFile,
  heartbeatFile,
  access,
}: EnvironmentInput): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  const keys = spec.keys.map((name) => host[name] ?? '').filter((key) => key !== '');
  for (const name of [...ALWAYS, ...spec.passEnv]) {
    const value = host[name];
    if (value === undefined || name === 'PATH' || spec.keys.includes(name)) continue;
    if (!keys.some((key) => value.includes(key))) environment[name] = value;
  }
  environment['PATH'] =
    (host['PATH'] ?? '').split(':').filter(isAbsolute).join(':') || '/usr/local/bin:/usr/bin:/bin';
  return {
    ...environment,
    ...(access === undefined ? {} : modelVariables(access, environment)),
    NOCTURNE_RUN: runId,
    NOCTURNE_WORKSPACE: workspaceRoot,
    NOCTURNE_BRIEF: briefFile,
    NOCTURNE_HEARTBEAT: heartbeatFile,
    NOCTURNE_PASS_TOKEN: token,
  };
}

/** The files that measure: which they are, and whether somebody changed one. */
import { canonicalJson } from '../../../kernel/canonical-json.js';
import { globMatches } from '../../../kernel/glob.js';
import { sha256 } from '../../../kernel/hash.js';
import type { Snapshot } from '../../../workspace/types.js';
import { inWorkspace } from '../run/project-paths.js';
import type { Metric } from '../types.js';

/** Hash of what makes two measurements comparable. */
export function metricHash({ command, direction, files, heldOut, repeats }: Metric): string {
  return sha256(canonicalJson({ command, direction, files, heldOut, repeats }));
}

/** @param path relative to the workspace. */
export function measures(metric: Metric, project: string, path: string): boolean {
  return matches([...metric.files, ...(metric.heldOut?.files ?? [])], project, path);
}

export function isHeldOut({ heldOut }: Metric, project: string, path: string): boolean {
  return matches(heldOut?.files ?? [], project, path);
}

function matches(globs: readonly string[], project: string, path: string): boolean {
  return inWorkspace(project, globs).some((glob) => globMatches(glob, path));
}

/** Each file that measures, with its SHA-256 in the workspace. */
export function metricFiles(
  metric: Metric,
  project: string,
  snapshot: Snapshot,
): ReadonlyMap<string, string> {
  const paths = [...snapshot.files.keys()].filter((path) => measures(metric, project, path));
  return new Map(paths.map((path) => [path, snapshot.hash(path) ?? '']));
}

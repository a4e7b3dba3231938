/**
 * A directory in memory where the system has one: tests that recover hundreds of times flush tens
 * of thousands of times.
 */
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function scratch(t: { teardown(action: () => void): unknown }): string {
  const directory = mkdtempSync(join(memory() ?? tmpdir(), 'nocturne-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function memory(): string | undefined {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return undefined;
  }
}

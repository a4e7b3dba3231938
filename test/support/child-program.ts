/** A program of tests that runs in a process of its own, as the build bundled it. */
import { fileURLToPath } from 'node:url';

/** @param from `import.meta.url` of the test next to it. */
export function childProgram(name: string, from: string): string {
  return fileURLToPath(new URL(name, from.replace('/dist/test/', '/dist/children/')));
}

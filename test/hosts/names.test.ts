/** The core names no product: what differs between hosts stands in their folders. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));
const PRODUCTS = /open[\s_-]?claw|claude/i;

t.test('outside src/hosts no line names a host, comments included', (t) => {
  const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(SOURCE, 'hosts/')));
  t.ok(files.length > 500, `${files.length} files`);
  t.same(
    files.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          PRODUCTS.test(line) ? [`${path.slice(SOURCE.length + 1)}:${index + 1}: ${line}`] : [],
        ),
    ),
    [],
    'move it into the folder of the host, or ask the installed hosts',
  );
  t.end();
});

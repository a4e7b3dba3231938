// Removes what an earlier build made and this one does not: compiled files whose source is gone,
// which a program or a test would still find, and other bundles.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

for (const file of readdirSync('dist'))
  if (/^(?!(?:cli|quick)\.).+\.cjs(?:\.cache)?$/.test(file)) rmSync(join('dist', file));
for (const room of ['src', 'test', 'bench', 'fuzz', 'examples'])
  for (const file of readdirSync(join('dist', room), { recursive: true })) {
    const source = join(room, file.replace(/(?:\.d\.(m?)ts|\.(m?)js)$/, '.$1$2ts'));
    if (!existsSync(source) && !existsSync(`${source}x`))
      rmSync(join('dist', room, file), { recursive: true, force: true });
  }

/**
 * `npm run bench:knowledge [-- quality|batches|speed] [--model DIR]`: how well and how fast the
 * knowledge module finds, as tables for the terminal.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { knowledgeBatches } from './knowledge-batches.js';
import { knowledgeQuality } from './knowledge-quality.js';
import { knowledgeSpeed } from './knowledge-speed.js';

type Part = (directory: string, model?: string) => Promise<string>;

const PARTS: Readonly<Record<string, Part>> = {
  quality: knowledgeQuality,
  batches: knowledgeBatches,
  speed: knowledgeSpeed,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { model: { type: 'string' } },
});
const unknown = positionals.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `there is no bench ${unknown.join(', ')}: choose among ${Object.keys(PARTS).join(', ')}`,
  );
  process.exit(2);
}
console.log(
  `node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1) ?? '?'}`,
);
for (const [name, part] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const directory = mkdtempSync(join(tmpdir(), `nocturne-bench-${name}-`));
  try {
    console.log(`\n## ${name}\n\n${await part(directory, values.model)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

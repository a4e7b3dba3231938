/** The impact of a change in a registry with 100,000 edges. */
import { impactOf } from '../src/registry/impact.js';
import { loadSchema } from '../src/registry/load-schema.js';
import type { Edge, Schema } from '../src/registry/types.js';
import { byTurns, timeOf } from './measure.js';
import { type Bench, ms } from './result.js';

const EDGES = 100_000;
const FILES = 20_000;
/** Files with edges among each other, all of which a change affects. */
const GROUP = 100;
const LIMIT_MS = 5;

export const impact: Bench = {
  name: 'impact',
  async run() {
    const { schema, files } = makeSchema();
    const reached = impactOf(schema, files, ['docs/00007.md']).length;
    let next = 0;
    const [figure = 0] = await byTurns(
      [() => timeOf(() => void impactOf(schema, files, [fileOf((next += 1_237) % FILES)]))],
      51,
    );
    return [
      {
        name: 'impact, 100,000 edges',
        figure: ms(figure),
        against: `${reached} files reached of ${FILES}`,
        ratio: '-',
        limit: `<= ${LIMIT_MS} ms`,
        met: figure <= LIMIT_MS,
      },
    ];
  },
};

function makeSchema(): { readonly schema: Schema; readonly files: readonly string[] } {
  const { schema } = loadSchema('# Registry\n');
  const range = { file: 'REGISTRY.md', line: 1, column: 1, endLine: 1, endColumn: 1 };
  const edges = Array.from({ length: EDGES }, (_, i): Edge => {
    const group = Math.floor((i % FILES) / GROUP) * GROUP;
    return {
      source: fileOf(i % FILES),
      kind: i % 3 === 0 ? 'WRITES' : 'READS',
      target: fileOf(group + ((i * 7_919 + Math.floor(i / FILES)) % GROUP)),
      note: '',
      range,
    };
  });
  return {
    schema: { ...schema, edges },
    files: Array.from({ length: FILES }, (_, i) => fileOf(i)),
  };
}

function fileOf(index: number): string {
  return `docs/${String(index).padStart(5, '0')}.md`;
}

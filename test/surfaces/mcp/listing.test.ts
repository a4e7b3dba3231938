import { Tiktoken } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { placeWithProject } from '../../passes/pass-workspace.js';
import { ask, connectStdio } from './mcp-place.js';

t.setTimeout(120_000);

const counted = (shown: string): number => new Tiktoken(o200k).encode(shown).length;
/** R8 with every module off. */
const NO_MODULES = readFileSync(
  new URL('../../../../REGISTRY.md', import.meta.url),
  'utf8',
).replace(/^(\| [a-z]+ \| `[^|]+ \|) yes \|$/gm, '$1 no |');

t.test('the tools of the core are nine, in less than 1,500 tokens', async (t) => {
  const place = placeWithProject(t.testdir(), '', { files: { 'REGISTRY.md': NO_MODULES } });
  const client = await connectStdio(place);
  t.teardown(() => client.close());
  const { tools } = await client.listTools();
  t.same(
    tools.map((tool) => tool.name),
    ['brief', 'read', 'write', 'edit', 'query', 'search', 'impact', 'validate', 'notify'],
  );
  const shown = `${JSON.stringify({ tools })}${client.getInstructions() ?? ''}`;
  const tokens = counted(shown);
  t.comment(`the listing takes ${tokens} tokens (o200k_base), ${Buffer.byteLength(shown)} bytes`);
  t.ok(tokens < 1500, `${tokens} tokens`);
  for (const tool of tools)
    t.equal(
      tool.inputSchema['additionalProperties'],
      false,
      `${tool.name} says that it takes nothing else`,
    );
  t.same(
    tools.filter((tool) => tool.annotations?.readOnlyHint === true).map((tool) => tool.name),
    ['brief', 'read', 'query', 'search', 'impact', 'validate'],
  );
  const printed = await ask(place, ['mcp', '--list']);
  const estimate = Number(/about (\d+) tokens/.exec(printed.stdout)?.[1]);
  t.ok(Math.abs(estimate - tokens) < tokens / 4, `mcp --list estimates ${estimate}`);
});

t.test(
  'modules that are enabled add theirs behind them, in less than 600 tokens more',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const client = await connectStdio(place);
    t.teardown(() => client.close());
    const { tools } = await client.listTools();
    const added = tools.slice(9);
    t.same(
      added.map((tool) => tool.name),
      ['semantic_search', 'find_related', 'reindex', 'knowledge_stats'],
    );
    const tokens = counted(JSON.stringify(added));
    t.comment(`the tools of modules take ${tokens} tokens (o200k_base)`);
    t.ok(tokens < 600, `${tokens} tokens`);
    for (const tool of added)
      t.equal(
        tool.inputSchema['additionalProperties'],
        false,
        `${tool.name} says that it takes nothing else`,
      );
    t.same(
      added.filter((tool) => tool.annotations?.readOnlyHint !== true).map((tool) => tool.name),
      ['reindex'],
    );
    t.match(
      (await ask(place, ['mcp', '--list'])).stdout,
      /13 tools\. .*, \d+ of them for the tools of modules/s,
    );
  },
);

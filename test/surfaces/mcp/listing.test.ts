import { Tiktoken } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import t from 'tap';
import { placeWithProject } from '../../passes/pass-workspace.js';
import { connectStdio, nocturne } from './mcp-place.js';

t.setTimeout(120_000);

t.test('a client is shown at most eight tools in less than 1,500 tokens', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const client = await connectStdio(place);
  t.teardown(() => client.close());
  const { tools } = await client.listTools();
  t.same(tools.map((tool) => tool.name), ['brief', 'read', 'write', 'edit', 'query', 'search', 'validate', 'notify']);
  const shown = `${JSON.stringify({ tools })}${client.getInstructions() ?? ''}`;
  const counted = new Tiktoken(o200k).encode(shown).length;
  t.comment(`the listing takes ${counted} tokens (o200k_base), ${Buffer.byteLength(shown)} bytes`);
  t.ok(counted < 1500, `${counted} tokens`);
  for (const tool of tools) t.equal(tool.inputSchema['additionalProperties'], false, `${tool.name} says that it takes nothing else`);
  t.same(tools.filter((tool) => tool.annotations?.readOnlyHint === true).map((tool) => tool.name), ['brief', 'read', 'query', 'search', 'validate']);
  const printed = nocturne(place, ['mcp', '--list']);
  const estimate = Number(/about (\d+) tokens/.exec(printed.stdout)?.[1]);
  t.ok(Math.abs(estimate - counted) < counted / 4, `mcp --list estimates ${estimate}`);
});

/** The command line of the MCP Inspector, as somebody would call it by hand. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import t from 'tap';
import { toolsOf } from '../../../src/tools/tools.js';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import {
  beginPass,
  cleanEnvironment,
  ENTRIES,
  type Env,
  PAGE,
  read,
  serverCommand,
  startHttp,
} from './mcp-place.js';

t.setTimeout(240_000);

/** Where the program is: its package has no entry that can be imported. */
function inspectorProgram(): string {
  return join(
    dirname(
      createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector-cli/package.json'),
    ),
    'build/cli.js',
  );
}

function inspect(
  place: Place,
  words: readonly string[],
  env: Env,
): { readonly json: Record<string, unknown> } {
  // It looks for its own package.json beside the folder in which it is called, and finds its
  // version there or not at all.
  writeFileSync(join(place.root, '../package.json'), '{}');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [inspectorProgram(), '--cli', ...words],
    { cwd: place.root, env: cleanEnvironment(place, env), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the inspector ended with ${status}: ${stderr}${stdout}`);
  return { json: JSON.parse(stdout) as Record<string, unknown> };
}

t.test('the inspector lists the tools over stdio, reads, and writes in a pass', (t) => {
  const place = placeWithProject(t.testdir(), '');
  const env = { NOCTURNE_PASS_TOKEN: beginPass(place).token };
  const { command, args } = serverCommand({});
  const tool = (name: string, ...given: readonly string[]): Record<string, unknown> =>
    inspect(
      place,
      [
        command,
        ...args,
        '--method',
        'tools/call',
        '--tool-name',
        name,
        ...given.flatMap((one) => ['--tool-arg', one]),
      ],
      env,
    ).json;
  const { tools } = inspect(place, [command, ...args, '--method', 'tools/list'], env).json as {
    tools: { name: string }[];
  };
  t.same(
    tools.map((one) => one.name),
    [
      ...toolsOf('mcp').map(({ name }) => name),
      'semantic_search',
      'find_related',
      'reindex',
      'knowledge_stats',
    ],
  );
  t.match(tool('read', 'path=SOUL.md'), { content: [{ type: 'text', text: /# Soul/ }] });
  t.match(tool('write', `path=${PAGE}`, `content=${ENTRIES}`), {
    structuredContent: { path: PAGE, created: true },
  });
  t.equal(read(place, PAGE), ENTRIES);
  t.match(tool('write', 'path=SOUL.md', 'content=x'), {
    isError: true,
    structuredContent: { error: { code: 'REFUSED' } },
  });
  t.end();
});

t.test('the inspector lists the tools over HTTP', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const server = await startHttp(place);
  t.teardown(() => server.end());
  const { tools } = inspect(
    place,
    [
      server.url,
      '--transport',
      'http',
      '--header',
      `Authorization: Bearer ${server.token}`,
      '--method',
      'tools/list',
    ],
    {},
  ).json as { tools: unknown[] };
  t.equal(tools.length, toolsOf('mcp').length + 4);
});

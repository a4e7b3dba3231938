import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { installedNames } from '../../src/kernel/installed-names.js';
import { composeRegistry } from '../../src/registry/compose-registry.js';
import { loadSchema } from '../../src/registry/load-schema.js';
import { SMALL } from './small-registry.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const SHIPPED = readFileSync(join(REPOSITORY, 'REGISTRY.md'), 'utf8');
const MODULES = installedNames(join(REPOSITORY, 'dist/src/modules'), 'module.js');
const page = (name: string): string =>
  readFileSync(join(REPOSITORY, 'src/modules', name, 'schema.md'), 'utf8');

t.test('the committed registry is what its core and the pages of the modules give', async (t) => {
  t.equal(composeRegistry(SHIPPED, MODULES.map(page)), SHIPPED);
});

for (const name of MODULES) {
  t.test(`what the package ships of ${name} is its page`, async (t) => {
    t.equal(
      readFileSync(join(REPOSITORY, 'dist/src/modules', name, 'schema.md'), 'utf8'),
      page(name),
    );
  });

  t.test(`without ${name} the registry is whole, and nothing else is missing`, async (t) => {
    const rest = composeRegistry(SHIPPED, MODULES.filter((one) => one !== name).map(page));
    const { schema, diagnostics } = loadSchema(rest);
    t.same(diagnostics, []);
    t.notOk(schema.modules.some((module) => module.name === name));
    const whole = loadSchema(SHIPPED).schema;
    const own = loadSchema(composeRegistry(SMALL, [page(name)])).schema;
    const gone = [...whole.objects.keys()].filter((object) => !schema.objects.has(object));
    t.same(
      gone,
      [...own.objects.keys()].filter(
        (object) =>
          !loadSchema(SMALL).schema.objects.has(object) ||
          page(name).includes(`\n| ${object} | \``),
      ),
    );
    t.equal(composeRegistry(rest, MODULES.map(page)), SHIPPED, 'and it can be put back');
  });
}

t.test('the registry without any module is the core', async (t) => {
  const { schema, diagnostics } = loadSchema(composeRegistry(SHIPPED, []));
  t.same(diagnostics, []);
  t.same(
    schema.modules.filter((module) => module.section),
    [],
  );
});

/** The templates that are shipped, and the schema that editors check them by. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { STEP_KEYS } from '../../../../src/modules/plans/template/step-schema.js';
import { schemaText } from '../../../../src/modules/plans/template/json-schema.js';
import { checked } from './template-of.js';

const FOLDER = 'orchestration-os/plan-templates';
const SCHEMA = 'plan-template.schema.json';
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
const valid = new Ajv({ strict: false }).compile(JSON.parse(schemaText()) as object);

t.test('the schema is the grammar that the code has', (t) => {
  t.equal(readFileSync(`${FOLDER}/${SCHEMA}`, 'utf8'), schemaText(), 'plan-template-schema.mjs');
  const { properties } = JSON.parse(schemaText()).properties.steps.items;
  for (const key of Object.keys(STEP_KEYS))
    t.type(properties[key]?.description, 'string', `${key} is explained`);
  t.end();
});

t.test('the schema refuses what the code refuses', (t) => {
  for (const text of ['id: t', 'id: t\nsteps: [{ id: a, neds: b }]', 'id: T\nsteps: [{ id: a }]'])
    t.notOk(valid(parse(text)), text);
  const variables = 'id: t\nsteps: [{ id: "a-{{vars.x}}", retries: "{{vars.n}}" }]';
  t.ok(valid(parse(variables)), JSON.stringify(valid.errors));
  t.end();
});

for (const file of files)
  t.test(file, (t) => {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
    t.match(text, `# yaml-language-server: $schema=${SCHEMA}\n`);
    t.strictSame(checked(file.replace('.yaml', ''), text), []);
    t.ok(valid(parse(text)), JSON.stringify(valid.errors));
    t.end();
  });

t.test('there are six', (t) => {
  t.equal(files.length, 6);
  t.end();
});

// Writes the JSON Schema of plan templates, for editors, after a change of the grammar. Run it after
// a build; then run manifest-template.mjs, because the file is protected.
import { writeFileSync } from 'node:fs';
import { schemaText } from '../dist/src/modules/plans/template/json-schema.js';

writeFileSync('orchestration-os/plan-templates/plan-template.schema.json', schemaText());

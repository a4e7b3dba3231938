/** The demonstration workspace: three projects that a night without any model works on, one well, one badly, one in vain. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, stamp } from '../kernel/clock.js';
import { bundleChanges } from '../workspace/bundle.js';
import { createWorkspace } from './create-workspace.js';
import { referenceFiles, referenceText } from './reference-files.js';

export type DemoOptions = { readonly directory: string; readonly home: string; readonly packageRoot: string; readonly clock: Clock };

const PROJECTS = [
  { slug: 'inventory', phase: 'survey' },
  { slug: 'wanderer', phase: 'notes' },
  { slug: 'weather', phase: 'forecast' },
] as const;
const TOOL_ROW = '| weather-report | weather-report | * | - | weather-report --version | of the demonstration; nobody installed it |\n';

/** Makes it when it is not there. Returns whether it was made now. */
export function makeDemo(options: DemoOptions): boolean {
  const { directory, packageRoot } = options;
  if (existsSync(join(directory, 'REGISTRY.md'))) return false;
  mkdirSync(directory, { recursive: true });
  for (const path of referenceFiles(packageRoot)) {
    const text = referenceText(packageRoot, path);
    const own = demonstration(path, text);
    if (own === text) continue;
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), own);
  }
  for (const { slug } of PROJECTS) copyProject(options, slug);
  const { workspace } = createWorkspace({ ...options, owner: 'demonstration', domain: 'what is installed on this machine' });
  for (const [i, { slug, phase }] of PROJECTS.entries()) {
    const args = { slug, priority: i + 1, longrunner: `PROJECTS/${slug}/LONGRUNNER.md`, phase, status: 'active' };
    workspace.commit((snapshot) => ({ actor: { kind: 'owner', name: 'demonstration' }, runId: '', reason: 'demonstration project', bundle: 'project_register', ...bundleChanges(snapshot, 'project_register', args), audit: [{ step: '', type: 'project_register', target: slug, authorisation: 'owner', result: 'ok', detail: '' }] }));
  }
  workspace.close();
  return true;
}

/** The demonstration requires a tool that is missing, and has no model: no idle pass is made. */
function demonstration(path: string, text: string): string {
  if (path === 'orchestration-os/OPS-TOOL-REGISTRY.md') return `${text.trimEnd()}\n${TOOL_ROW}`;
  if (path === 'MODEL-TIERS.md') return text.replace(/^(\| lightweight \|.*\|)[^|]*\|$/m, '$1 0 |');
  return text;
}

function copyProject(options: DemoOptions, slug: string): void {
  const target = join(options.directory, 'PROJECTS', slug);
  cpSync(join(options.packageRoot, 'examples/night', slug), target, { recursive: true });
  for (const name of readdirSync(target).filter((one) => one.endsWith('.md'))) {
    const path = join(target, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('{{now}}', stamp(options.clock.now())));
  }
  if (slug === 'inventory') writeFileSync(join(target, 'source.json'), `${JSON.stringify({ modules: join(options.packageRoot, 'node_modules') })}\n`);
}

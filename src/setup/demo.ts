/**
 * Makes the demonstration workspace: three projects for a night without a model. One pass succeeds,
 * one breaks the rules, one cannot start.
 */
import { existsSync, readdirSync, readFileSync } from '../kernel/files.js';
import { join } from 'node:path';
import { type Clock, stamp } from '../kernel/clock.js';
import { bundleChanges } from '../workspace/bundle.js';
import { createWorkspace } from './create-workspace.js';
import { readReference } from './reference-files.js';

export type DemoOptions = {
  readonly directory: string;
  readonly home: string;
  readonly packageRoot: string;
  readonly clock: Clock;
};

const PROJECTS = [
  { slug: 'inventory', phase: 'survey' },
  { slug: 'wanderer', phase: 'notes' },
  { slug: 'weather', phase: 'forecast' },
] as const;
const TOOL_ROW =
  '| weather-report | weather-report | * | - | weather-report --version | for the demonstration; not installed |\n';

/** Returns whether it was made, or existed before. */
export function makeDemo(options: DemoOptions): boolean {
  const { directory } = options;
  if (existsSync(join(directory, 'REGISTRY.md'))) return false;
  const { workspace } = createWorkspace({
    ...options,
    owner: 'demonstration',
    domain: 'what is installed on this machine',
    files: demonstrationFiles(options),
  });
  for (const [i, { slug, phase }] of PROJECTS.entries()) {
    const args = {
      slug,
      priority: i + 1,
      longrunner: `PROJECTS/${slug}/LONGRUNNER.md`,
      phase,
      status: 'active',
    };
    workspace.commit((snapshot) => ({
      actor: { kind: 'owner', name: 'demonstration' },
      runId: '',
      reason: 'demonstration project',
      bundle: 'project_register',
      ...bundleChanges(snapshot, 'project_register', args),
      audit: [
        {
          step: '',
          type: 'project_register',
          target: slug,
          authorisation: 'owner',
          result: 'ok',
          detail: '',
        },
      ],
    }));
  }
  workspace.close();
  return true;
}

/** One of the projects needs a missing tool. */
function demonstrationFiles({ packageRoot, clock }: DemoOptions): Readonly<Record<string, string>> {
  const reference = readReference(packageRoot);
  const files: Record<string, string> = {
    'orchestration-os/OPS-TOOL-REGISTRY.md': `${reference.text('orchestration-os/OPS-TOOL-REGISTRY.md').trimEnd()}\n${TOOL_ROW}`,
  };
  for (const { slug } of PROJECTS) {
    const source = join(packageRoot, 'examples/night', slug);
    for (const name of readdirSync(source))
      files[`PROJECTS/${slug}/${name}`] = readFileSync(join(source, name), 'utf8').replaceAll(
        '{{now}}',
        stamp(clock.now()),
      );
  }
  files['PROJECTS/inventory/source.json'] =
    `${JSON.stringify({ modules: join(packageRoot, 'node_modules') })}\n`;
  return files;
}

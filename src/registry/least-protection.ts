/**
 * The least protection of a workspace with a manifest: no registry lowers it, not even a signed
 * one. This list is the one exception to the rule that only REGISTRY.md says how files are written.
 */
import { globMatches, isLiteral } from '../kernel/glob.js';
import { complain, type Report } from './registry-table.js';
import { routeOf } from './route.js';
import { type Edge, type Schema, type Tier, TIERS } from './types.js';

/** What the check needs of an object of R1. */
export type ProtectedObject = {
  readonly object: string;
  readonly shape: string;
  readonly glob: string;
};

const MANIFEST = 'MANIFEST';
/** Identity, prompts and limits of agents. */
export const LEAST_PAGES: readonly string[] = [
  'SOUL.md',
  'IDENTITY.md',
  'USER.md',
  'AGENTS.md',
  'REGISTRY.md',
  'orchestration-os/CRON-WORKER-PROMPT.md',
  'orchestration-os/CRON-MANAGER-PROMPT.md',
  'orchestration-os/CRON-HARDLINES.md',
  'orchestration-os/PROMPT-RECIPES.md',
  'orchestration-os/OPS-AUTONOMOUS-SAFETY.md',
  'orchestration-os/OPS-TOOL-REGISTRY.md',
];
/** What passes cost and may do, and what is signed. */
const OBJECTS: Readonly<Record<string, readonly Tier[]>> = {
  RUNNER: ['PROTECTED'],
  'MODEL-TIER': ['PROTECTED'],
  PRICE: ['PROTECTED'],
  'SPEND-LIMIT': ['PROTECTED'],
  'EXCHANGE-RATE': ['PROTECTED'],
  PREAPPROVAL: ['PROTECTED'],
  JOB: ['PROTECTED'],
  REPOSITORY: ['PROTECTED'],
  RULE: ['PROTECTED'],
  ROLE: ['PROTECTED'],
  [MANIFEST]: ['MANIFEST-VERIFY'],
};

/** What decides where and with what a pass works: never the pass itself. */
const OWNER_FIELDS = ['runner', 'model_tier', 'context_budget', 'tools', 'requires', 'writes'].map(
  (name) => `next_pass.${name}`,
);

/** Pages with records: nothing reads a record in what is FREE. */
const GOVERNED = TIERS.filter((tier) => tier !== 'FREE');

/** @param objects those of R1. Without a manifest among them, nothing is checked. */
export function checkLeastProtection(
  report: Report,
  schema: Schema,
  objects: readonly ProtectedObject[],
): void {
  if (!objects.some(({ object }) => object === MANIFEST) || report.unread.has('R3')) return;
  const requireTier = (path: string, tiers: readonly Tier[]): void => {
    const route = routeOf(schema, path);
    if (tiers.includes(route.tier)) return;
    complain(report, route.range, `${path} has to be ${tiers.join(' or ')}, not ${route.tier}`, {
      expected: tiers.join(' or '),
      actual: route.tier,
      hint: 'restore its row in R3: this much protection is built in, and no registry can lower it',
    });
  };
  for (const path of LEAST_PAGES) requireTier(path, ['PROTECTED', 'CODE']);
  for (const { object, shape, glob } of objects) {
    const tiers = shape === 'log' ? (['APPEND'] as const) : OBJECTS[object];
    requireTier(glob.replace(/\*+/g, 'any'), tiers ?? GOVERNED);
  }
  checkShapes(report, schema);
  checkWriters(report, schema);
}

/** The rows of a file to which passes only append are chained. */
function checkShapes(report: Report, schema: Schema): void {
  for (const { object, shape, glob, range } of schema.objects.values())
    if (shape === 'table' && routeOf(schema, glob.replace(/\*+/g, 'any')).tier === 'APPEND')
      complain(report, range, `${object} has to be a log, because ${glob} is APPEND`, {
        expected: 'log',
        actual: shape,
        hint: 'restore its shape in R1: otherwise nothing checks that its rows stay',
      });
}

function checkWriters(report: Report, schema: Schema): void {
  for (const object of ['PROJECT', 'DRAFT'])
    for (const { name, writer, range } of schema.objects.get(object)?.fields.values() ?? []) {
      const isOwners = OWNER_FIELDS.includes(name);
      if (!isOwners && !(object === 'PROJECT' && writer === 'agent')) continue;
      if (isOwners && writer === 'owner') continue;
      complain(report, range, `the writer of ${object}.${name} cannot be ${writer}`, {
        expected: isOwners ? 'owner' : 'owner or bundle',
        actual: writer,
        hint: 'restore its writer in R2: this much protection is built in',
      });
    }
}

/** The manifest has to validate these pages, also by R4, which is what people look at. */
export function checkValidates(report: Report, schema: Schema): void {
  const manifest = schema.objects.get(MANIFEST)?.glob;
  if (manifest === undefined || report.unread.has('R4')) return;
  const validated = schema.edges.filter(
    ({ source, kind }) => kind === 'VALIDATES' && source === manifest,
  );
  for (const path of LEAST_PAGES) {
    if (validated.some(({ target }) => globMatches(target, path))) continue;
    const { range } = routeOf(schema, path);
    complain(report, range, `R4 does not say that ${manifest} validates ${path}`, {
      expected: `the edge ${manifest} | VALIDATES | ${path}`,
      hint: 'restore the edge in R4',
    });
  }
  compareWithRoutes(report, schema, { manifest, validated });
}

/** A page that the manifest validates is protected; edge-undeclared finds the other direction. */
function compareWithRoutes(
  report: Report,
  schema: Schema,
  { manifest, validated }: { readonly manifest: string; readonly validated: readonly Edge[] },
): void {
  if (report.unread.has('R3')) return;
  const lowered = new Set(report.diagnostics.map(({ range }) => range.line));
  for (const { target, range } of validated) {
    const route = routeOf(schema, target);
    const { tier } = route;
    if (!isLiteral(target) || tier === 'PROTECTED' || lowered.has(route.range.line)) continue;
    complain(
      report,
      range,
      `${manifest} validates only protected pages, and ${target} is ${tier}`,
      {
        expected: 'PROTECTED',
        actual: tier,
        hint: 'correct its row in R3, or remove this edge',
      },
    );
  }
}

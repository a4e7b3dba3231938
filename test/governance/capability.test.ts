import t from 'tap';
import {
  capabilityAllows,
  capabilityReasons,
  type Need,
  needOf,
} from '../../src/governance/capability.js';
import { CAPABILITIES, type Capability } from '../../src/governance/types.js';
import { CATALOGUE } from '../../src/surfaces/cli/catalogue.js';

/** operation, what it needs, and with which capabilities a pass may call it. */
const CASES: readonly (readonly [operation: string, need: Need, allowed: readonly Capability[]])[] =
  [
    ['help', 'open', CAPABILITIES],
    ['pass begin', 'open', CAPABILITIES],
    ['pass heartbeat', 'open', CAPABILITIES],
    ['pass end', 'open', CAPABILITIES],
    ['pass abort', 'open', CAPABILITIES],
    ['brief', 'open', CAPABILITIES],
    ['get', 'project', ['project', 'workspace']],
    ['query', 'project', ['project', 'workspace']],
    ['read', 'project', ['project', 'workspace']],
    ['search', 'project', ['project', 'workspace']],
    ['write', 'project', ['project', 'workspace']],
    ['notify', 'project', ['project', 'workspace']],
    ['validate', 'project', ['project', 'workspace']],
    ['bundle run', 'project', ['project', 'workspace']],
    ['history', 'workspace', ['workspace']],
    ['as-of', 'workspace', ['workspace']],
    ['audit show', 'workspace', ['workspace']],
    ['project list', 'workspace', ['workspace']],
    ['project show', 'workspace', ['workspace']],
    ['sign', 'owner', []],
    ['init', 'owner', []],
    ['upgrade', 'owner', []],
    ['approve', 'owner', []],
    ['decline', 'owner', []],
    ['answer', 'owner', []],
    ['approvals show', 'owner', []],
    ['project focus', 'owner', []],
    ['run worker', 'owner', []],
    ['night', 'owner', []],
    ['lock break', 'owner', []],
    ['kept apply', 'owner', []],
    ['a command that nobody listed', 'owner', []],
    ['', 'owner', []],
    ['constructor', 'owner', []],
  ];

for (const [operation, need, allowed] of CASES) {
  t.test(`"${operation}" needs ${need}`, async (t) => {
    t.equal(needOf(operation), need);
    for (const capability of CAPABILITIES) {
      t.equal(capabilityAllows(capability, operation), allowed.includes(capability), capability);
      const reasons = capabilityReasons(capability, operation);
      t.same(
        reasons.map((reason) => reason.code),
        allowed.includes(capability) ? [] : ['capability'],
      );
      if (!allowed.includes(capability))
        t.match(
          reasons[0]?.message,
          need === 'owner'
            ? /owner only/
            : new RegExp(`needs the capability ${need}.*has ${capability}`),
        );
    }
  });
}

t.test('a command of a module needs what the module says', async (t) => {
  t.equal(capabilityAllows('project', 'tasks list', 'project'), true);
  t.equal(capabilityAllows('project', 'tasks list', 'workspace'), false);
  t.equal(capabilityAllows('workspace', 'tasks clear', 'owner'), false);
});

t.test('what the owner has to do is nothing that a capability gives', async (t) => {
  const changing = Object.keys(CATALOGUE).filter((name) =>
    /^(?:init|upgrade|sign|approve|decline|answer|night|demo|schedule|run |project (?!list|show)|kept apply|lock break)/.test(
      name,
    ),
  );
  t.ok(changing.length >= 16);
  t.same(
    changing.filter((name) => needOf(name) !== 'owner'),
    [],
  );
});

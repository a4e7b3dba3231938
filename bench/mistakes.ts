/** How many injected mistakes validation finds at their line, and how many reformattings are quiet. */
import { allFaults, findingsIn, foundFault } from '../test/validate/faults/all-faults.js';
import { harmlessEdits } from '../test/validate/faults/harmless.js';
import type { Bench } from './result.js';

export const mistakes: Bench = {
  name: 'mistakes',
  async run() {
    const faults = allFaults();
    const edits = harmlessEdits();
    let found = 0;
    for (const fault of faults)
      if ((await foundFault(fault)) === `${fault.rule} ${fault.line}`) found++;
    let quiet = 0;
    for (const { files } of edits) if ((await findingsIn(files)).length === 0) quiet++;
    return [
      counted('mistakes in pages found at their line', found, faults.length),
      counted('harmless reformattings without a finding', quiet, edits.length),
    ];
  },
};

function counted(name: string, count: number, all: number) {
  return {
    name,
    figure: `${count} of ${all}`,
    against: '-',
    ratio: '-',
    limit: 'all',
    met: count === all,
  };
}

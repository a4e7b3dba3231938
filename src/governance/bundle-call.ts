/**
 * A decision's outcome: which bundle is to be run, with what. Whoever runs it adds the step of its
 * pass.
 */
import type { BundleArguments } from '../workspace/bundle.js';

export type BundleCall = { readonly bundle: string; readonly args: BundleArguments };

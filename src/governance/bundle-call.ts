/** The outcome of a decision: which bundle to run, with which arguments. */
import type { BundleArguments } from '../workspace/bundle.js';

export type BundleCall = { readonly bundle: string; readonly args: BundleArguments };

/** The dashboard among what a command serves, if its options ask for it. */
import type { Parsed } from '../../passes/added-command.js';
import type { Service } from '../../passes/module.js';
import { asksForDashboard, DASHBOARD, DASHBOARD_OPTIONS } from './dashboard-place.js';
import { dashboardService } from './serve-dashboard.js';
import type { Context } from './types.js';

export const WITH_DASHBOARD = [DASHBOARD, ...DASHBOARD_OPTIONS];

/** Of a command with these options. @throws NocturneError as `dashboardService`. */
export function dashboardIfAsked(context: Context, options: Parsed['options']): readonly Service[] {
  return asksForDashboard(options) ? [dashboardService(context, options)] : [];
}

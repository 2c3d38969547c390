import type { PlanWish } from './plan-fleet.ts'

/** What the presets of the Helm chart are planned for: `deploy/chart/values-small.yaml` and so on. */
export const PRESETS = {
  small: { rps: 20, items: 100_000, users: 200_000, events: 500 },
  medium: { rps: 300, items: 1_000_000, users: 5_000_000, events: 7500 },
  large: { rps: 2000, items: 5_000_000, users: 50_000_000, events: 50_000 },
} as const satisfies Readonly<Record<string, PlanWish>>

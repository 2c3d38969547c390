export { COST_FIGURES, type Costs, PAGE_SERVICES, type PageService, readCosts } from './costs.ts'
export { type Plan, planFleet, type PlanWish } from './plan-fleet.ts'
export { planValues } from './plan-values.ts'
export { PRESETS } from './presets.ts'

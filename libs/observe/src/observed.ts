import type { ExploreService, PageWatch, StepTrace, Verdict } from '@explore/explore'
import type { Metrics } from './metrics.ts'

/** The service, counted: its pages with their steps, its events with their verdicts. `now` in milliseconds. */
export const observed = (
  service: ExploreService,
  metrics: Metrics,
  now: () => number,
): ExploreService => ({
  ...service,
  page: async (request, watch) => {
    const start = now()
    const steps: PageWatch['steps'] = (steps, startedAt) => {
      for (const step of steps) countStep(metrics, step)
      watch?.steps(steps, startedAt)
    }
    const page = await service.page(request, { steps })
    const { origin, group } = page
    metrics.count('explore_pages_total', { origin, group })
    metrics.observe('explore_page_seconds', { origin }, (now() - start) / 1000)
    metrics.count('explore_degraded_pages_total', {}, page.degraded.length > 0 ? 1 : 0)
    for (const rung of page.degraded) metrics.count('explore_rungs_total', { rung })
    return page
  },
  record: async rows => {
    const verdicts = await service.record(rows)
    for (const [code, count] of countedBy(verdicts)) {
      const verdict = code === '' ? 'accepted' : 'rejected'
      metrics.count('explore_events_total', { verdict, code }, count)
    }
    return verdicts
  },
})

const countStep = (metrics: Metrics, step: StepTrace): void => {
  const stage = { stage: step.step }
  metrics.observe('explore_stage_seconds', stage, step.ms / 1000)
  metrics.count('explore_stage_in_total', stage, step.in)
  metrics.count('explore_stage_out_total', stage, step.out)
  for (const part in step.failures) {
    metrics.count('explore_stage_failures_total', { ...stage, part })
  }
  for (const [name, count] of Object.entries(step.counts ?? {})) {
    if (step.kind === 'retrieve') {
      metrics.count('explore_source_candidates_total', { source: name }, count)
    } else if (step.kind === 'filter') {
      metrics.count('explore_filtered_total', { filter: name }, count)
    }
  }
}

/** How many verdicts there are of each code; '' for what was accepted. */
const countedBy = (verdicts: readonly Verdict[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const verdict of verdicts) {
    const code = verdict.status === 'accepted' ? '' : verdict.code
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  return counts
}

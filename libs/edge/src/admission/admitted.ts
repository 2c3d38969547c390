import { ExploreError, type ExploreService } from '@explore/explore'
import { type AdaptiveLimit, adaptiveLimit } from './adaptive-limit.ts'

/** What a server without room for a page says, before it does anything for it. */
const full = (limit: number): ExploreError =>
  new ExploreError('OVERLOADED', `${limit} pages are under way, which is all that is in time`)

const LATE: readonly unknown[] = ['DEADLINE_EXCEEDED', 'OVERLOADED']

/** The service with as many pages under way as it can serve in time; others throw OVERLOADED at once. */
export const admitted = (
  service: ExploreService,
  now: () => number,
): ExploreService & { readonly pages: AdaptiveLimit } => {
  const pages = adaptiveLimit({ target: () => service.settings()['limits.latencyMs'], now })
  return {
    ...service,
    pages,
    page: async (request, watch) => {
      const leave = pages.enter()
      if (leave === undefined) throw full(pages.limit())
      try {
        const page = await service.page(request, watch)
        leave('served')
        return page
      } catch (error) {
        leave(LATE.includes((error as Partial<ExploreError>).code) ? 'late' : 'failed')
        throw error
      }
    },
  }
}

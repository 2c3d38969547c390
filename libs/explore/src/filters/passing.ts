import type { Filter } from '@explore/pipeline'
import type { Viewer } from '../viewer.ts'

type Filters = readonly Filter<Viewer, {}>[]

/** Those of `ranked` that every filter lets through, in their order. */
export const passing = <P extends { readonly item: number }>(
  ranked: readonly P[],
  filters: Filters,
  viewer: Viewer,
): readonly P[] => ranked.filter(({ item }) => refusedBy(item, filters, viewer) === undefined)

/** The first filter that refuses `item`, by name. */
export const refusedBy = (item: number, filters: Filters, viewer: Viewer): string | undefined => {
  const slate = { length: 1, items: Uint32Array.of(item) }
  return filters.find(filter => !filter.keep(0, slate, viewer))?.name
}

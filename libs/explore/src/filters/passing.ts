import type { Filter } from '@explore/pipeline'
import type { Viewer } from '../viewer.ts'

type Filters = readonly Filter<Viewer>[]

/** Those of `ranked` that every filter lets through, in their order. */
export const passing = <P extends { readonly item: number }>(
  ranked: readonly P[],
  filters: Filters,
  viewer: Viewer,
): readonly P[] => {
  const tests = filters.map(filter => filter.keeps(viewer))
  return ranked.filter(({ item }) => tests.every(keeps => keeps(item)))
}

/** The first filter that refuses `item`, by name. */
export const refusedBy = (item: number, filters: Filters, viewer: Viewer): string | undefined =>
  filters.find(filter => !filter.keeps(viewer)(item))?.name

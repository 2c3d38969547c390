import type { Manifest } from '@explore/adapters'
import { ExploreError } from '@explore/explore'

/** A number of both manifests, or of one of them. */
export interface MetricDifference {
  /** Dotted: `secondStage.heads.click.ne`. */
  readonly metric: string
  readonly a: number | null
  readonly b: number | null
}

export interface BundleDifference {
  readonly a: string
  readonly b: string
  /** Facts other than metrics that differ, in words. */
  readonly facts: readonly string[]
  readonly metrics: readonly MetricDifference[]
  /** Files whose bytes differ, or that one of them lacks. */
  readonly files: readonly string[]
}

const FACTS = ['items', 'dimension', 'firstDimension', 'neighbours', 'seed'] as const

/** What two bundles of one catalogue do not have in common. Throws BUNDLE_FOREIGN for bundles of two catalogues. */
export const diffBundles = (a: Manifest, b: Manifest): BundleDifference => {
  if (a.catalogueId !== b.catalogueId) {
    throw new ExploreError('BUNDLE_FOREIGN', `${a.id} and ${b.id} are of different catalogues`, {
      hint: 'their items have other numbers: there is nothing to compare',
    })
  }
  const [left, right] = [numbersOf(a.metrics), numbersOf(b.metrics)]
  const names = [...new Set([...left.keys(), ...right.keys()])]
  const files = [...new Set([...Object.keys(a.files), ...Object.keys(b.files)])]
  return {
    a: a.id,
    b: b.id,
    facts: FACTS.filter(fact => a[fact] !== b[fact]).map(fact => `${fact} ${a[fact]} → ${b[fact]}`),
    metrics: names
      .map(metric => ({ metric, a: left.get(metric) ?? null, b: right.get(metric) ?? null }))
      .filter(row => row.a !== row.b),
    files: files.filter(name => a.files[name]?.sha256 !== b.files[name]?.sha256).sort(),
  }
}

/** The numbers of nested metrics by dotted name; lists of them, such as losses by step, are left out. */
const numbersOf = (metrics: unknown, prefix = ''): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  for (const [name, value] of Object.entries(metrics as object) as [string, unknown][]) {
    const path = prefix + name
    if (typeof value === 'number') found.set(path, value)
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, number] of numbersOf(value, `${path}.`)) found.set(key, number)
    }
  }
  return found
}

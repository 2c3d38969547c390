import type { Catalogue } from './catalogue.ts'
import type { Bundle, StateStore } from './ports.ts'

/** What the funnel reads: one state store, one catalogue, one bundle. */
export interface Stores {
  readonly state: StateStore
  readonly catalogue: Catalogue
  readonly bundle: Bundle
}

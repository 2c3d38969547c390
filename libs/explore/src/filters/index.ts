import type { Filter } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'
import { integrity } from './integrity.ts'
import { notBlocked } from './not-blocked.ts'
import { notHidden } from './not-hidden.ts'
import { notOwn } from './not-own.ts'
import { recommendable } from './recommendable.ts'
import { unseen } from './unseen.ts'

/** What no page may hold, whoever ranked it: also applied to sessions, precomputed pages and fallbacks. */
export const safetyFilters = (
  catalogue: Catalogue,
  settings: Settings,
): readonly Filter<Viewer>[] => [
  notHidden(catalogue),
  recommendable(catalogue),
  integrity(catalogue, settings),
  notBlocked(catalogue),
  notOwn(catalogue),
]

/** All filters of the funnel. */
export const filters = (catalogue: Catalogue, settings: Settings): readonly Filter<Viewer>[] => [
  ...safetyFilters(catalogue, settings),
  unseen,
]

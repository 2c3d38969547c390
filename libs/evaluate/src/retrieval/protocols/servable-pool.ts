import type { Catalogue } from '@explore/explore'

/** 1 for all that may be shown. */
export const servablePool = (catalogue: Catalogue): Uint8Array =>
  Uint8Array.from({ length: catalogue.size }, (_, item) => Number(catalogue.servable(item)))

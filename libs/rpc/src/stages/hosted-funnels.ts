import type { Settings } from '@explore/explore'
import type { Hosted } from './host.ts'

/** What `make` makes of a bundle and settings, once: sources share lists between requests. */
export const perHosted = <T>(make: (hosted: Hosted) => T): ((hosted: Hosted) => T) => {
  const made = new WeakMap<Hosted['stores'], WeakMap<Settings, T>>()
  return hosted => {
    const { stores, settings } = hosted
    const ofBundle = made.get(stores) ?? new WeakMap<Settings, T>()
    made.set(stores, ofBundle)
    const known = ofBundle.get(settings) ?? make(hosted)
    ofBundle.set(settings, known)
    return known
  }
}

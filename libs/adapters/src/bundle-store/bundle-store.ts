import type { Readable } from 'node:stream'

/** Where bundles lie for processes that share no folder: their files by name, and which one is to serve. */
export interface BundleStore {
  /** For messages. */
  readonly name: string
  /** How often, in milliseconds, a server asks which bundle is to serve. */
  readonly every: number
  /** The id of the bundle that is to serve, undefined before the first. */
  readonly current: () => Promise<string | undefined>
  readonly point: (id: string) => Promise<void>
  /** A file of a bundle, undefined where there is none of that name. */
  readonly read: (id: string, file: string) => Promise<Readable | undefined>
  /** Puts a file of this machine there, as a whole. */
  readonly write: (id: string, file: string, path: string) => Promise<void>
  readonly close: () => void
}

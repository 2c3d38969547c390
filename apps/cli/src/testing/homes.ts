import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Item } from '@explore/explore'

/** Folders for homes, removed together. */
export const homes = () => {
  const root = mkdtempSync(join(tmpdir(), 'explore-e2e-'))
  let count = 0
  const next = (): string => join(root, `home-${count++}`)
  return {
    root,
    /** A path at which there is nothing yet. */
    next,
    copyOf: (home: string): string => {
      const copy = next()
      cpSync(home, copy, { recursive: true })
      return copy
    },
    remove: (): void => rmSync(root, { recursive: true, force: true }),
  }
}

/** A few items to serve where no models are needed. */
export const someItems = (count: number): readonly Item[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `m${i}`,
    author: `a${i % Math.ceil(count / 3)}`,
    topics: [`t${i % 7}`],
  }))

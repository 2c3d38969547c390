import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { ExploreError } from '@explore/explore'
import { hashOf, type KeyEntry, keysOf, newKey } from './keys.ts'

/** The file's entries; none where there is no file. */
export const readKeys = (file: string): readonly KeyEntry[] =>
  existsSync(file) ? keysOf(readFileSync(file, 'utf8')) : []

/** Adds a new key; the returned text is the only place where it is ever told. Throws KEYS_INVALID. */
export const addKey = (file: string, about: Omit<KeyEntry, 'sha256'>): string => {
  const key = newKey()
  writeKeys(file, [...readKeys(file), { ...about, sha256: hashOf(key) }])
  return key
}

/** Takes a key out: servers refuse it within a second. Throws KEYS_INVALID where there is none of the name. */
export const removeKey = (file: string, name: string): void => {
  const entries = readKeys(file)
  const left = entries.filter(entry => entry.name !== name)
  if (left.length === entries.length) {
    throw new ExploreError('KEYS_INVALID', `there is no key ${name} in ${file}`, { field: 'name' })
  }
  writeKeys(file, left)
}

const writeKeys = (file: string, entries: readonly KeyEntry[]): void => {
  const text = `${JSON.stringify(entries, null, 2)}\n`
  keysOf(text)
  // Whole or not at all: a server may read it at any time.
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

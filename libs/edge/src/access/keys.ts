import { createHash, randomBytes } from 'node:crypto'
import { ExploreError, ID_PATTERN } from '@explore/explore'
import { type Caller, type Role, ROLES } from './caller.ts'

/** An API key as it is kept: without the key. */
export interface KeyEntry {
  readonly name: string
  readonly role: Role
  /** Of a viewer's key: the only viewer it is for. */
  readonly user?: string
  /** Requests per second, where the settings' limit is not this key's. */
  readonly perSecond?: number
  /** SHA-256 of the key, in hexadecimal. */
  readonly sha256: string
}

const PREFIX = 'xk_'

/** Whether a bearer's credential is a key, and not a token. */
export const isKey = (credential: string): boolean => credential.startsWith(PREFIX)

/** A new key: 256 random bits, so that a fast hash without salt is enough to keep it by. */
export const newKey = (): string => PREFIX + randomBytes(32).toString('base64url')

export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex')

const NAME = /^[A-Za-z0-9_.-]{1,64}$/
const ID = new RegExp(ID_PATTERN)
const MOST_PER_SECOND = 1e6
const FIELDS = ['name', 'role', 'user', 'perSecond', 'sha256']

/** The entries of a keys file; throws KEYS_INVALID with the field at fault. */
export const keysOf = (text: string): readonly KeyEntry[] => {
  let entries: unknown
  try {
    entries = JSON.parse(text)
  } catch (cause) {
    throw invalid('keys', `are no JSON: ${(cause as Error).message}`)
  }
  if (!Array.isArray(entries)) throw invalid('keys', 'must be an array of entries')
  entries.forEach((entry, i) => check(entry, `[${i}]`))
  const names = new Set(entries.map(({ name }) => name))
  if (names.size < entries.length) throw invalid('name', 'of two keys is the same')
  return entries
}

/** `name:role:sha256` and `name:viewer:sha256:user`, with commas between, as an environment variable holds them. */
export const keysOfLine = (line: string): readonly KeyEntry[] => {
  const parts = line.split(',').filter(part => part.trim() !== '')
  const entries = parts.map(part => {
    const [name, role, sha256, ...user] = part.trim().split(':')
    return { name, role, sha256, ...(user.length > 0 && { user: user.join(':') }) }
  })
  return keysOf(JSON.stringify(entries))
}

/** Callers by the hash of their key. */
export const callersOf = (entries: readonly KeyEntry[]): ReadonlyMap<string, Caller> =>
  new Map(entries.map(({ sha256, ...caller }) => [sha256.toLowerCase(), caller]))

const check = (entry: unknown, at: string): void => {
  if (typeof entry !== 'object' || entry === null) throw invalid(at, 'must be an object')
  const { name, role, user, perSecond, sha256 } = entry as Record<string, unknown>
  const stranger = Object.keys(entry).find(field => !FIELDS.includes(field))
  if (stranger !== undefined) throw invalid(`${at}.${stranger}`, 'is not known')
  if (!matches(name, NAME)) throw invalid(`${at}.name`, 'must be 1 to 64 of A-Z a-z 0-9 _ . -')
  if (!ROLES.includes(role as Role)) throw invalid(`${at}.role`, `must be ${ROLES.join(', ')}`)
  if (!matches(sha256, /^[0-9a-f]{64}$/i)) throw invalid(`${at}.sha256`, 'must be 64 hex digits')
  if ((role === 'viewer') !== (user !== undefined) || (user !== undefined && !matches(user, ID))) {
    throw invalid(`${at}.user`, 'must be the id of its viewer, and belongs to role viewer only')
  }
  const rate = perSecond === undefined ? 1 : perSecond
  if (typeof rate !== 'number' || !(rate > 0 && rate <= MOST_PER_SECOND)) {
    throw invalid(`${at}.perSecond`, `must be above 0 and at most ${MOST_PER_SECOND}`)
  }
}

const matches = (value: unknown, pattern: RegExp): boolean =>
  typeof value === 'string' && pattern.test(value)

const invalid = (field: string, message: string): ExploreError =>
  new ExploreError('KEYS_INVALID', `${field} ${message}`, { field })

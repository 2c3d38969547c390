import { addKey, type KeyEntry, readKeys, removeKey, type Role } from '@explore/edge'
import type { Home } from '@explore/embedded'
import { type CommonOptions, report } from '../context.ts'
import { table } from '../terminal/table.ts'

/** The file that the server reads: the home's, where the environment names no other. */
const fileOf = ({ keys }: Home): string => process.env.EXPLORE_KEYS ?? keys

export interface KeyOptions extends CommonOptions {
  readonly role: Role
  readonly user?: string
  readonly perSecond?: number
}

/** Makes a key and tells it. */
export const keysAdd = (name: string, options: KeyOptions): Promise<void> =>
  report(
    options,
    async home => {
      const { role, user, perSecond } = options
      const about = { name, role, ...(user && { user }), ...(perSecond && { perSecond }) }
      return { ...about, key: addKey(fileOf(home), about) }
    },
    ({ key }) => `${key}\n\nIt is not kept: note it now. Send it as  authorization: Bearer ${key}`,
  )

/** Lists the keys without their hashes. */
export const keysList = (options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => readKeys(fileOf(home)).map(({ sha256: _, ...entry }) => entry),
    keys => (keys.length === 0 ? 'no keys: the server asks nobody for one' : keysTable(keys)),
  )

const keysTable = (keys: readonly Omit<KeyEntry, 'sha256'>[]): string =>
  table(
    ['name', 'role', 'viewer', 'requests/s'],
    keys.map(({ name, role, user, perSecond }) => [
      ...[name, role, user ?? ''],
      perSecond === undefined ? 'as set' : `${perSecond}`,
    ]),
  )

/** Takes a key out. */
export const keysRemove = (name: string, options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => {
      removeKey(fileOf(home), name)
      return { removed: name }
    },
    () => `${name} is refused from now on`,
  )

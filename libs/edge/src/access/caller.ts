import { ExploreError, type ExploreService, type Id } from '@explore/explore'

/** What a key is for: all of the service, its upkeep, or one viewer's own pages and events. */
export const ROLES = ['service', 'admin', 'viewer'] as const

export type Role = (typeof ROLES)[number]

/** Who asks, as far as a key or a token proves it. */
export interface Caller {
  /** The key's name, or `jwt`: what logs and metrics call it. Never a viewer's id. */
  readonly name: string
  readonly role: Role
  /** A viewer's own id. */
  readonly user?: Id
  /** Requests per second that the key's entry allows; else the settings say. */
  readonly perSecond?: number
}

/** Whoever calls a server that asks for no keys. */
export const ANYONE: Caller = { name: 'anyone', role: 'service' }

const UPKEEP: readonly Role[] = ['service', 'admin']

/** Who may call an operation. */
export const PERMISSIONS: Readonly<Record<keyof ExploreService, readonly Role[]>> = {
  page: ['service', 'viewer'],
  record: ['service', 'viewer'],
  putItems: UPKEEP,
  item: UPKEEP,
  items: UPKEEP,
  deleteItems: UPKEEP,
  putUsers: UPKEEP,
  user: UPKEEP,
  users: UPKEEP,
  deleteUsers: UPKEEP,
  // Whoever answers to viewers does so for them: the whole log is read, and what it says is theirs alone.
  forgetUser: ['service'],
  exportUser: ['service'],
  settings: UPKEEP,
  changeSettings: UPKEEP,
  health: ROLES,
}

/** Throws FORBIDDEN where `caller` may not look after the server. */
export const expectUpkeep = ({ role }: Caller): void => {
  if (UPKEEP.includes(role)) return
  throw new ExploreError('FORBIDDEN', `the server's metrics are not for a key of role ${role}`)
}

import { ExploreError, type ExploreService, type Id } from '@explore/explore'
import { type Caller, PERMISSIONS } from './caller.ts'

/** The service as `caller` may use it: what their role does not have throws FORBIDDEN, whichever edge they came by. */
export const guarded = (service: ExploreService, caller: Caller): ExploreService => {
  const { role, user } = caller
  const permitted = <K extends keyof ExploreService>(operation: K): ExploreService[K] => {
    if (PERMISSIONS[operation].includes(role)) return service[operation]
    const refuse = (): never => {
      throw new ExploreError('FORBIDDEN', `${operation} is not for a key of role ${role}`)
    }
    // `settings` answers at once, the others later: each refuses in its own way.
    return (operation === 'settings'
      ? refuse
      : async () => refuse()) as unknown as ExploreService[K]
  }
  const names = Object.keys(PERMISSIONS) as (keyof ExploreService)[]
  const allowed = Object.fromEntries(
    names.map(name => [name, permitted(name)]),
  ) as unknown as ExploreService
  if (role !== 'viewer') return allowed
  return {
    ...allowed,
    page: async (request, watch) => {
      if (request.userId !== user) throw notOwn('userId')
      return service.page(request, watch)
    },
    record: async rows => {
      rows.forEach((row, i) => {
        if (isAnothers(row, user)) throw notOwn(`[${i}].userId`)
      })
      return service.record(rows)
    },
  }
}

/** Whether a row names somebody else; one that names nobody is refused by those who judge rows. */
const isAnothers = (row: unknown, user: Id | undefined): boolean => {
  if (typeof row !== 'object' || row === null || !Object.hasOwn(row, 'userId')) return false
  return (row as { readonly userId: unknown }).userId !== user
}

const notOwn = (field: string): ExploreError =>
  new ExploreError('FORBIDDEN', `${field} is not the viewer whom this key or token is for`, {
    field,
  })

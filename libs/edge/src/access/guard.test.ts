import type { ExploreService } from '@explore/explore'
import { expect, test } from 'vitest'
import { type Caller, PERMISSIONS } from './caller.ts'
import { guarded } from './guard.ts'

/** A service that answers with what it was asked. */
const service = Object.fromEntries(
  Object.keys(PERMISSIONS).map(name => [
    name,
    (...args: unknown[]) => (name === 'settings' ? name : Promise.resolve([name, ...args])),
  ]),
) as unknown as ExploreService

const CALLERS = {
  service: { name: 'shop', role: 'service' },
  admin: { name: 'ops', role: 'admin' },
  viewer: { name: 'jwt', role: 'viewer', user: 'u1' },
} satisfies Record<string, Caller>

const CALLS: Readonly<Record<keyof ExploreService, (of: ExploreService) => unknown>> = {
  page: of => of.page({ userId: 'u1' }),
  record: of => of.record([{ userId: 'u1' }]),
  putItems: of => of.putItems([]),
  item: of => of.item('m1'),
  items: of => of.items(undefined, 1),
  deleteItems: of => of.deleteItems([]),
  putUsers: of => of.putUsers([]),
  user: of => of.user('u1'),
  users: of => of.users(undefined, 1),
  deleteUsers: of => of.deleteUsers([]),
  forgetUser: of => of.forgetUser('u1'),
  exportUser: of => of.exportUser('u1'),
  settings: of => of.settings(),
  changeSettings: of => of.changeSettings({}),
  health: of => of.health(),
}

const attempt = async (caller: Caller, call: (of: ExploreService) => unknown) => {
  try {
    await call(guarded(service, caller))
    return 'allowed'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test.each([
  ['service', Object.keys(CALLS)],
  [
    'admin',
    Object.keys(CALLS).filter(
      name => !['page', 'record', 'forgetUser', 'exportUser'].includes(name),
    ),
  ],
  ['viewer', ['page', 'record', 'health']],
] satisfies [keyof typeof CALLERS, string[]][])(
  'a key of role %s has its operations and no other',
  async (role, allowed) => {
    for (const [name, call] of Object.entries(CALLS)) {
      const expected = allowed.includes(name) ? 'allowed' : 'FORBIDDEN'
      expect([name, await attempt(CALLERS[role], call)]).toEqual([name, expected])
    }
  },
)

test('a viewer has their own pages and events only', async () => {
  const own = (call: (of: ExploreService) => unknown) => attempt(CALLERS.viewer, call)
  expect(await own(of => of.page({ userId: 'u2' }))).toBe('FORBIDDEN')
  expect(await own(of => of.page({ userId: 'u2', cursor: 'x' }))).toBe('FORBIDDEN')
  for (const row of [{ userId: 'u2' }, { userId: ['u1'] }, { userId: { toString: () => 'u1' } }]) {
    expect(await own(of => of.record([{ userId: 'u1' }, row]))).toBe('FORBIDDEN')
  }
  // Rows that name nobody are for the validation to refuse.
  expect(await own(of => of.record([{}, 3, null, 'u2']))).toBe('allowed')
})

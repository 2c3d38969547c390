import { expect, it } from 'vitest'
import { healthOf } from './health-of.ts'
import { healthPort } from './health-port.ts'

const HOST = '127.0.0.1'

it('says what its process says of itself, and by another name that it answers', async () => {
  let ready: () => boolean = () => false
  const health = await healthPort({ EXPLORE_HEALTH_PORT: '0' }, HOST)
  const said = (service?: string) =>
    healthOf(health.url!, { most: 5000, wall: Date.now, ...(service && { service }) })
  expect([await said(), await said('liveness')]).toEqual(['not serving', 'serving'])
  await health.follow(() => ready())
  expect(await said()).toBe('not serving')
  ready = () => true
  await expect.poll(() => said(), { timeout: 20_000 }).toBe('serving')
  ready = () => {
    throw new Error('the store is away')
  }
  await expect.poll(() => said(), { timeout: 20_000 }).toBe('not serving')
  ready = () => true
  await expect.poll(() => said(), { timeout: 20_000 }).toBe('serving')
  health.drain()
  expect([await said(), await said('liveness')]).toEqual(['not serving', 'serving'])
  health.close()
  expect(await said()).toBe('unreachable')
})

it('is there only where a port is given, and that is one', async () => {
  const none = await healthPort({}, HOST)
  await none.follow(() => true)
  expect(none.url).toBeUndefined()
  none.close()
  await expect(healthPort({ EXPLORE_HEALTH_PORT: 'yes' }, HOST)).rejects.toMatchObject({
    code: 'SETTING_INVALID',
    field: 'EXPLORE_HEALTH_PORT',
  })
  const taken = await healthPort({ EXPLORE_HEALTH_PORT: '0' }, HOST)
  await expect(
    healthPort({ EXPLORE_HEALTH_PORT: new URL(taken.url!).port }, HOST),
  ).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  taken.close()
})

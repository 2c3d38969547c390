import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBundle, openBundleStore } from '@explore/adapters'
import { startS3, whyNoS3 } from '@explore/servers'
import { tinyHome } from '@explore/testkit/home'
import { expect, it, onTestFinished } from 'vitest'
import { homeAt } from '../home.ts'
import { embeddedService } from '../service.ts'
import { promoteBundle } from './promote-bundle.ts'
import { publishBundle } from './publish-bundle.ts'

const PATIENT = { timeout: 60_000, interval: 200 }

it('has a promotion elsewhere served here, without a restart; what is broken there is refused', async ({
  skip,
}) => {
  const why = whyNoS3()
  skip(why !== undefined, why)
  const folder = mkdtempSync(join(tmpdir(), 'explore-follow-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const s3 = await startS3()
  onTestFinished(s3.stop)
  await s3.bucket('models')
  const trainer = await tinyHome(join(folder, 'trainer'), {
    ...{ end: Date.now() - 3_600_000, bundles: ['one', 'two', 'three'] },
  })
  // The same catalogue in a home of its own, as servers share it: no bundles yet.
  cpSync(trainer.path, join(folder, 'server'), { recursive: true })
  rmSync(join(folder, 'server/bundles'), { recursive: true })
  const server = homeAt(join(folder, 'server'))
  const environment = {
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's',
    EXPLORE_BUNDLES: `s3://models/tiny?endpoint=${s3.endpoint}&every=1`,
  }
  Object.assign(process.env, environment)
  onTestFinished(() => Object.keys(environment).forEach(name => delete process.env[name]))

  const promoted = await promoteBundle(
    trainer,
    'one',
    { wall: Date.now, force: true },
    () => undefined,
  )
  expect(promoted.promoted).toBe(true)
  const service = await embeddedService(server, {
    ...{ wall: Date.now, threads: 1, follow: true, onError: () => {} },
  })
  onTestFinished(service.close)
  const serving = async () => (await service.page({ userId: 'u1', limit: 5 })).bundle
  expect(await serving()).toBe('one')

  await publishBundle(trainer, 'two', process.env)
  await expect.poll(serving, PATIENT).toBe('two')

  // One of which only the manifest came is promoted there.
  const store = (await openBundleStore(process.env))!
  onTestFinished(store.close)
  await store.write('four', 'manifest.json', join(trainer.bundles, 'three/manifest.json'))
  await store.write('four', 'manifest.sig', join(trainer.bundles, 'three/manifest.sig'))
  await store.point('four')
  const problems = async () => (await service.health()).problems.join()
  await expect.poll(problems, PATIENT).toMatch(/is missing in s3:\/\/models\/tiny/)
  expect([await serving(), await currentBundle(server.bundles)]).not.toContain('four')

  await publishBundle(trainer, 'one', process.env)
  await expect.poll(serving, PATIENT).toBe('one')
  expect(await problems()).toBe('')
}, 300_000)

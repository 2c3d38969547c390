import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { type Head, HEADS } from '@explore/explore'
import { OPEN_GATES, tinyHome } from '@explore/testkit/home'
import { expect, it, onTestFinished } from 'vitest'
import { embeddedService } from './service.ts'

const PATIENT = { timeout: 30_000 }

it('compares what was predicted of items that were shown with what happened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-compared-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const home = await tinyHome(join(folder, 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first'],
    settings: { ...OPEN_GATES, 'calibration.share': 1 },
  })
  await promoteBundle(home.bundles, 'first')
  const service = await embeddedService(home, {
    ...{ wall: Date.now, threads: 1 },
    onError: error => expect.fail(error.message),
  })
  onTestFinished(() => service.close())
  const expected = Object.fromEntries(HEADS.map(head => [head, 0])) as Record<Head, number>
  const happened = { ...expected }
  for (const userId of ['u1', 'u2', 'stranger']) {
    const page = await service.page({ userId, limit: 10, explain: true })
    // The last two were not looked at.
    const shown = page.items.slice(0, 8)
    for (const { explanation } of shown) {
      for (const head of HEADS) expected[head] += explanation!.secondStage.probabilities[head]
    }
    const event = (type: string, itemId: string) => ({
      ...{ userId, type, itemId, requestId: page.requestId, time: Date.now() },
    })
    await service.record(shown.map(({ itemId }) => event('impression', itemId)))
    await service.record([event('click', shown[0]!.itemId), event('like', page.items[9]!.itemId)])
    happened.click++
  }
  const compared = async () => (await service.vitals()).compared
  await expect.poll(async () => (await compared())?.happened, PATIENT).toEqual(happened)
  const { predicted } = (await compared())!
  for (const head of HEADS) expect(predicted[head]).toBeCloseTo(expected[head], 5)

  // A page that is not of the sample is not compared.
  await service.changeSettings({ 'calibration.share': 0 })
  const { requestId, items } = await service.page({ userId: 'u3', limit: 5 })
  await service.record(
    items.map(({ itemId }) => ({
      ...{ userId: 'u3', type: 'impression', itemId, requestId, time: Date.now() },
    })),
  )
  await expect.poll(async () => (await service.health()).lag, PATIENT).toBe(0)
  expect(await compared()).toEqual({ predicted, happened })
}, 120_000)

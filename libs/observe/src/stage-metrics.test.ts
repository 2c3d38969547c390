import { expect, onTestFinished, test } from 'vitest'
import { samplesOf } from './exposition.ts'
import { stageMetrics } from './stage-metrics.ts'

test('a service of the fleet tells its calls, its bundle and whether it serves', async () => {
  let bundle = undefined as string | undefined
  const vitals = { ready: () => bundle !== undefined, bundle: () => bundle }
  const { url, called, close } = await stageMetrics(vitals, { host: '127.0.0.1', port: 0 })
  onTestFinished(close)
  const told = async () => {
    const samples = samplesOf(await (await fetch(`${url}/metrics`)).text())
    return (name: string) => samples.filter(sample => sample.name === name)
  }
  expect((await told())('explore_ready')).toMatchObject([{ value: 0 }])
  bundle = 'b1'
  called('Score', 'OK', 2)
  called('Score', 'BUNDLE_OTHER', 1)
  const now = await told()
  expect(now('explore_ready')).toMatchObject([{ value: 1 }])
  expect(now('explore_bundle_info')).toMatchObject([{ labels: { bundle: 'b1' } }])
  expect(now('explore_calls_total').map(({ labels }) => labels.code)).toEqual([
    'OK',
    'BUNDLE_OTHER',
  ])
  expect(now('explore_call_seconds_sum')[0]!.value).toBeCloseTo(0.003)
  expect((await fetch(`${url}/elsewhere`)).status).toBe(404)
})

test('without a port nothing is served', async () => {
  const { url, close } = await stageMetrics(
    { ready: () => true, bundle: () => 'b' },
    { host: '127.0.0.1', port: undefined },
  )
  expect(url).toBeUndefined()
  await close()
})

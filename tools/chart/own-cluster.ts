import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type FakeCluster, startFakeCluster, whyNoCluster } from './fake-cluster.ts'
import { BASE } from './toggles.ts'

const CHART = join(import.meta.dirname, '../../deploy/chart')
/** What the cluster is made of may have to be fetched and compiled first. */
const LONGEST = 3_600_000

/** A cluster for the tests of one file, which are skipped where nobody asked for it. */
export const ownCluster = () => {
  const why = process.env.EXPLORE_CLUSTER
    ? whyNoCluster()
    : 'only asked for by npm run test:cluster'
  const folder = mkdtempSync(join(tmpdir(), 'explore-cluster-'))
  const values = join(folder, 'values.json')
  let cluster: FakeCluster | undefined

  beforeEach(({ skip }) => skip(why !== undefined, why))
  beforeAll(async () => {
    if (why !== undefined) return
    writeFileSync(values, JSON.stringify(BASE))
    cluster = await startFakeCluster()
  }, LONGEST)
  afterAll(async () => {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    kubectl: (...args: Parameters<FakeCluster['kubectl']>) => cluster!.kubectl(...args),
    helm: (...args: readonly string[]) => cluster!.helm(...args),
    /** The chart with a preset and what every installation must say of itself: arguments of helm. */
    preset: (size: string): readonly string[] => [
      ...[CHART, '-f', join(CHART, `values-${size}.yaml`)],
      ...['-f', values],
    ],
  }
}

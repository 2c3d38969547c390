import { expect, it } from 'vitest'
import { NODES } from './fake-cluster.ts'
import { ABSENT } from './fake-nodes.ts'
import { ownCluster } from './own-cluster.ts'

const SOON = { timeout: 180_000, interval: 500 }
const SHARD = 'shop-explore-ann-index-1'
const GATEWAY = 'shop-explore-gateway'
const cluster = ownCluster()
/** What the cluster had before. */
let bare: readonly string[]

interface Kept {
  readonly metadata: {
    readonly name: string
    readonly creationTimestamp: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec?: { readonly replicas?: number; readonly nodeName?: string }
  readonly status?: {
    readonly availableReplicas?: number
    readonly updatedReplicas?: number
    readonly replicas?: number
  }
  /** Of an event. */
  readonly reason?: string
  readonly lastTimestamp?: string
  readonly involvedObject?: { readonly name: string }
}

const list = async (kind: string, ...flags: readonly string[]): Promise<readonly Kept[]> =>
  (JSON.parse(await cluster.kubectl(['get', kind, '-o', 'json', ...flags])) as { items: Kept[] })
    .items
const serving = () => list('pods', '-l', 'explore/service,explore/service notin (job,test)')
const names = (all: readonly Kept[]) => all.map(({ metadata }) => metadata.name).sort()
const helm = (verb: string, ...flags: readonly string[]) =>
  cluster.helm(
    ...[verb, 'shop', ...cluster.preset('small')],
    ...['--wait', '--timeout', '5m', ...flags],
  )

/** How many pods each Deployment wants and has; those of no other version than the newest. */
const sizes = async () =>
  Object.fromEntries(
    (await list('deployments')).map(({ metadata, spec, status }) => {
      const { availableReplicas = 0, updatedReplicas = 0, replicas = 0 } = status ?? {}
      const settled = [availableReplicas, updatedReplicas, replicas].every(
        n => n === spec!.replicas,
      )
      return [metadata.name, settled ? spec!.replicas : `${availableReplicas} of ${spec!.replicas}`]
    }),
  )

/** What a Deployment had least of, of those that were there before, while something was done. */
const leastDuring = async (work: Promise<unknown>): Promise<number> => {
  const before = names(await list('deployments'))
  let done = false
  const ended = work.finally(() => (done = true))
  // It is awaited below; here it must not be unheard if it fails meanwhile.
  ended.catch(() => {})
  let least = Infinity
  while (!done) {
    const now = await list('deployments', '-l', 'app.kubernetes.io/instance=shop')
    for (const { metadata, status } of now) {
      if (before.includes(metadata.name)) least = Math.min(least, status?.availableReplicas ?? 0)
    }
  }
  await ended
  return least
}

/** What the API server says of hooks that ended well: the Jobs themselves are gone then. */
const hooks = async () =>
  (await list('events')).filter(
    ({ reason, involvedObject }) =>
      reason === 'Completed' && involvedObject!.name === 'shop-explore-topics',
  )

/** All that is kept in the namespace, but for events. */
const everything = async (): Promise<readonly string[]> => {
  const kinds = ['api-resources', '--namespaced', '--verbs=list', '-o', 'name']
  const kept = (await cluster.kubectl(kinds))
    .trim()
    .split('\n')
    .filter(kind => !/^events/.test(kind))
  return (await cluster.kubectl(['get', kept.join(','), '-o', 'name'])).trim().split('\n').sort()
}

it('is installed after its topics, spread over the nodes, and passes its test', async () => {
  bare = await everything()
  await helm('install')
  expect(await sizes()).toEqual(
    Object.fromEntries(
      [
        ...['ann-index-0', 'first-stage', 'gateway', 'retrieval-sources', 'second-stage-mtml'],
        ...['stream-processor', 'value-model-rerank'],
      ].map(unit => [`shop-explore-${unit}`, 2]),
    ),
  )
  const [hook, ...more] = await hooks()
  expect(more).toEqual([])
  for (const { metadata } of await list('deployments')) {
    expect(metadata.creationTimestamp >= hook!.lastTimestamp!, metadata.name).toBe(true)
  }
  expect(await list('jobs')).toEqual([])
  const nodes = (await serving()).map(({ metadata, spec }) => [
    metadata.labels!['app.kubernetes.io/component'],
    spec!.nodeName,
  ])
  expect(new Set(nodes.map(each => each.join(' '))).size).toBe(nodes.length)
  await cluster.helm('test', 'shop')
}, 900_000)

it('its daily and hourly jobs are ones that the cluster admits and that end', async () => {
  const jobs = names(await list('cronjobs'))
  expect(jobs).toHaveLength(3)
  for (const name of jobs) {
    await cluster.kubectl(['create', 'job', `--from=cronjob/${name}`, `${name}-now`])
    await cluster.kubectl(['wait', '--for=condition=complete', '--timeout=3m', `job/${name}-now`])
  }
}, 900_000)

it('is upgraded: no pod is replaced for nothing, all are for a setting, and none goes before another is ready', async () => {
  const first = names(await serving())
  await helm('upgrade')
  expect(names(await serving())).toEqual(first)
  const change = ['--set', 'settings.EXPLORE_SET_PAGE_LIMIT=30']
  expect(await leastDuring(helm('upgrade', ...change))).toBe(2)
  await expect.poll(async () => names(await serving()).length, SOON).toBe(first.length)
  expect(names(await serving()).filter(name => first.includes(name))).toEqual([])
  expect(await hooks()).toHaveLength(3)
}, 900_000)

it('grows by a shard and by gateways, and goes back to what it was', async () => {
  const before = await sizes()
  const change = ['--set', 'gateway.replicas=4', '--set', 'annIndex.shards=2']
  expect(await leastDuring(helm('upgrade', ...change))).toBe(2)
  expect(await sizes()).toEqual({ ...before, [GATEWAY]: 4, [SHARD]: 2 })
  expect(names(await list('services'))).toContain(SHARD)
  const back = cluster.helm('rollback', 'shop', '1', '--wait', '--timeout', '5m')
  expect(await leastDuring(back)).toBe(2)
  expect(await sizes()).toEqual(before)
  expect(names(await list('services'))).not.toContain(SHARD)
}, 900_000)

it('stops at its hook where there is no such image: nothing that serves was touched', async () => {
  const before = names(await serving())
  const absent = helm('upgrade', '--set', `image.tag=${ABSENT}`, '--timeout', '15s')
  await expect(absent).rejects.toMatchObject({ stderr: expect.stringContaining('pre-upgrade') })
  expect(names(await serving())).toEqual(before)
}, 900_000)

it('goes back by itself where the new pods do not get ready, and serves meanwhile', async () => {
  const before = await sizes()
  const nowhere = ['--set', 'gateway.nodeSelector.disk=none', '--set', 'annIndex.shards=2']
  const failing = helm('upgrade', ...nowhere, '--rollback-on-failure', '--timeout', '30s')
  const refused = expect(failing).rejects.toMatchObject({ code: 1 })
  expect(await leastDuring(refused)).toBe(2)
  await expect.poll(sizes, SOON).toEqual(before)
  const history = JSON.parse(await cluster.helm('history', 'shop', '-o', 'json')) as object[]
  expect(history).toMatchObject([
    { revision: 1, status: 'superseded' },
    { revision: 2, status: 'superseded' },
    { revision: 3, status: 'superseded' },
    { revision: 4, status: 'superseded' },
    { revision: 5, status: 'superseded', description: 'Rollback to 1' },
    { revision: 6, status: 'failed' },
    { revision: 7, status: 'failed' },
    { revision: 8, status: 'deployed', description: 'Rollback to 5' },
  ])
}, 900_000)

it('gives a node up pod by pod, and keeps one of each where there is no other place', async () => {
  const drain = (node: string, most: string) =>
    cluster.kubectl(['drain', node, '--delete-emptydir-data', `--timeout=${most}`])
  const [one, two] = NODES
  const before = await sizes()
  expect(await leastDuring(drain(one!, '5m'))).toBeGreaterThanOrEqual(1)
  await expect.poll(sizes, SOON).toEqual(before)
  expect(new Set((await serving()).map(({ spec }) => spec!.nodeName))).toEqual(new Set([two]))
  const stuck = expect(drain(two!, '20s')).rejects.toMatchObject({
    stderr: expect.stringContaining("violate the pod's disruption budget"),
  })
  expect(await leastDuring(stuck)).toBe(1)
  await cluster.kubectl(['uncordon', ...NODES])
  await expect.poll(sizes, SOON).toEqual(before)
}, 900_000)

it('leaves nothing when it is uninstalled', async () => {
  await cluster.helm('uninstall', 'shop', '--wait')
  await expect.poll(everything, SOON).toEqual(bare)
}, 900_000)

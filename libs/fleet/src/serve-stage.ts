import { pointers } from '@explore/adapters'
import {
  addressesOf,
  exploreErrorOf,
  followBundles,
  HOME,
  type Home,
  openStores,
  problems,
} from '@explore/embedded'
import type { ExploreError } from '@explore/explore'
import { stageMetrics, startTracing } from '@explore/observe'
import {
  bundleService,
  type HealthPort,
  healthPort,
  mutualTlsOf,
  rpcServer,
  type StageName,
  type StageLink,
  stageLink,
  stageProtos,
} from '@explore/rpc'
import { bundleShelf } from './bundle-shelf.ts'
import { PREPARE_MS, prepared, START_MS } from './prepared.ts'
import { shardOf, stageAddresses } from './stage-environment.ts'
import { stageLinks } from './stage-links.ts'
import { stages } from './stages.ts'
import { warmUp } from './warm-up.ts'

/** How often the promoted bundle is looked at. */
const POLL = 1000
/** How long calls under way may take to end. */
const DRAIN = 15_000

export interface StageServer {
  /** `grpc://host:port` */
  readonly url: string
  /** Where /metrics is, if EXPLORE_METRICS_PORT says that it is anywhere. */
  readonly metricsUrl: string | undefined
  /** Where health is told in plain text, if EXPLORE_HEALTH_PORT says that it is anywhere. */
  readonly healthUrl: string | undefined
  /** Says that it is about to go, finishes what is under way, closes the stores. */
  readonly close: () => Promise<void>
}

export interface StageServerOptions {
  readonly host: string
  readonly port: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly wall: () => number
  readonly onError: (error: ExploreError) => void
}

/** Serves one stage of a home's funnel; it says SERVING once it has the promoted bundle. */
export const serveStage = async (
  home: Home,
  name: StageName,
  { host, port, environment, wall, onError }: StageServerOptions,
): Promise<StageServer> => {
  const { models, tables, service } = stages[name]
  const shard = name === 'ann-index' ? shardOf(environment) : { part: 0, of: 1 }
  const addresses = stageAddresses(environment)
  // Only retrieval asks another service.
  const index = name === 'retrieval-sources' ? addresses['ann-index'] : undefined
  const tls = mutualTlsOf(environment, problems(onError).of('tls'))
  const links = stageLinks(index ? { 'ann-index': index } : {}, wall, tls)
  const stores = await openStores(home, { ...addressesOf(environment), events: HOME })
  const tellOfBundle = problems(onError).of('bundle')
  const tell = (error: unknown): void => tellOfBundle(exploreErrorOf(error))
  const follower = await followBundles(home, environment, problems(onError).of('bundle store'))
  const shelf = bundleShelf(home, {
    stores,
    fetch: follower.fetch,
    onError: tell,
    warm: async hosted => {
      if (itself !== undefined) await warmUp(itself, hosted, wall())
    },
    load: (id, catalogue) => {
      const search = links.search(id, catalogue)
      return { models, tables, ...(shard.of > 1 && { shard }), ...(search && { search }) }
    },
  })
  /** Those that this one asks come first: who asks by a bundle here is not to be refused there. */
  const prepare = async (id: string, most = PREPARE_MS): Promise<readonly string[]> => {
    await prepared(links, id, most)
    return shelf.host.prepare(id)
  }
  let known: string | undefined
  const metrics = await stageMetrics(
    { ready: () => known !== undefined, bundle: () => known },
    { host, port: portOf(environment.EXPLORE_METRICS_PORT) },
  )
  const endTracing = await startTracing(`explore-${name}`, environment)
  const server = rpcServer({
    protos: stageProtos,
    called: metrics.called,
    services: [service(shelf.host, shard), bundleService({ prepare })],
    errorOf: exploreErrorOf,
    now: wall,
    // It asks itself, to warm up.
    ...(tls && { credentials: tls.server, peers: withItself(tls.peers, name) }),
  })
  let itself: StageLink | undefined
  let health: HealthPort | undefined
  const follow = async (): Promise<void> => {
    const { current } = await pointers(home.bundles)
    if (current === undefined || current === known) return
    await prepare(current, known === undefined ? START_MS : PREPARE_MS)
    known = current
    tellOfBundle(undefined)
    server.setServing(true)
  }
  const close = async (): Promise<void> => {
    clearInterval(timer)
    itself?.close()
    health?.drain()
    await follower.close()
    await server.close(DRAIN)
    await shelf.close()
    links.close()
    await stores.close()
    await endTracing()
    await metrics.close()
    health?.close()
  }
  const timer = setInterval(() => void follow().catch(tell), POLL).unref()
  try {
    health = await healthPort(environment, host)
    const bound = await server.listen({ host, port })
    const url = `grpc://${host}:${bound}`
    itself = stageLink(name, url, { wall, ...(tls && { credentials: tls.client(name) }) })
    await follow()
    await health.follow(() => known !== undefined)
    return { url, metricsUrl: metrics.url, healthUrl: health.url, close }
  } catch (error) {
    await close()
    throw error
  }
}

const withItself = (peers: readonly string[], name: StageName): readonly string[] =>
  peers.length === 0 ? [] : [...peers, `DNS:${name}`]

const portOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

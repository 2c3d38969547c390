import { exploreErrorOf, type Home, openStores } from '@explore/embedded'
import { Catalogue, settingsFrom, type Stores } from '@explore/explore'
import { bind, firstStageService, rpcServer, stageProtos } from '@explore/rpc'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { BARE, BARE_OPTIONS } from './bare-call.ts'

/** The ports of both servers. */
export interface HopMessage {
  readonly stage: number
  readonly bare: number
}

// The far end of a hop, in a process of its own: a first stage that reads what it is sent and scores nothing, and a
// bare server that answers as many bytes.
const [home, candidates] = JSON.parse(process.argv[2]!) as [Home, number]
const { profiles } = await openStores(home)
const catalogue = new Catalogue()
await profiles.sync(catalogue)
const light = new Float32Array(candidates)
const bundle = { firstStage: { score: () => light } }
const hosted = { stores: { catalogue, bundle } as unknown as Stores, settings: settingsFrom() }
const host = { on: async <T>(_: unknown, work: (_: typeof hosted) => Promise<T>) => work(hosted) }
const stage = rpcServer({
  ...{ protos: stageProtos, services: [firstStageService({ ...host, prepare: async () => [] })] },
  ...{ errorOf: exploreErrorOf, now: Date.now },
})
const bare = new Server(BARE_OPTIONS)
const answer = Buffer.alloc(candidates * Float32Array.BYTES_PER_ELEMENT)
bare.addService(
  { Call: BARE },
  { Call: (_: unknown, reply: (_: null, bytes: Buffer) => void) => reply(null, answer) },
)
const ANY_PORT = { host: '127.0.0.1', port: 0 }
process.once('disconnect', () => process.exit())
process.send!({
  stage: await stage.listen(ANY_PORT),
  bare: await bind(bare, ANY_PORT, ServerCredentials.createInsecure()),
} satisfies HopMessage)

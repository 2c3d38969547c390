import type { Home } from '@explore/embedded'
import type { StageName } from '@explore/rpc'
import { serveStage, type StageServer } from '../serve-stage.ts'
import { type StageAddresses, stageVariable } from '../stage-environment.ts'

/**
 * All services of a home's funnel in this process, on loopback, with so many shards of the index; `through` may put
 * something in the way to each.
 */
export const localStages = async (
  home: Home,
  shards: number,
  through: (name: StageName, url: string) => Promise<string> = async (_, url) => url,
) => {
  const servers: StageServer[] = []
  const serve = async (name: StageName, environment: Record<string, string> = {}) => {
    const server = await serveStage(home, name, {
      ...{ host: '127.0.0.1', port: 0, environment, wall: Date.now },
      onError: error => console.error(`${name}: ${error.message}`),
    })
    servers.push(server)
    return through(name, server.url)
  }
  const index: string[] = []
  for (let part = 0; part < shards; part++) {
    index.push(await serve('ann-index', { EXPLORE_SHARD: `${part}/${shards}` }))
  }
  const addresses: StageAddresses = {
    'retrieval-sources': [
      await serve('retrieval-sources', { [stageVariable('ann-index')]: index.join(';') }),
    ],
    'first-stage': [await serve('first-stage')],
    'second-stage-mtml': [await serve('second-stage-mtml')],
    'value-model-rerank': [await serve('value-model-rerank')],
  }
  return {
    addresses,
    index,
    close: async (): Promise<void> => {
      await Promise.all(servers.map(server => server.close()))
    },
  }
}

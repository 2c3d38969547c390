import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { embeddedService, type Home } from '@explore/embedded'
import { pagesOf } from '@explore/fleet'
import type { ExploreService } from '@explore/explore'
import { listen, restServer } from '@explore/rest'

export interface GatewayOptions {
  readonly host: string
  readonly port: number
  /** Page threads; one per core where unset. */
  readonly threads?: number
}

export interface Gateway {
  readonly service: ExploreService
  readonly url: string
  /** Stops taking requests, finishes those under way, closes the stores. */
  readonly close: () => Promise<void>
}

const WEB_ROOT = fileURLToPath(new URL('../../web/public', import.meta.url))

const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version

/** The REST edge and the viewer over a home, with the stages that the environment names elsewhere. */
export const serve = async (
  home: Home,
  { host, port, threads }: GatewayOptions,
): Promise<Gateway> => {
  const service = await embeddedService(home, {
    wall: Date.now,
    ahead: true,
    ...(threads !== undefined && { threads }),
    pages: pagesOf(process.env, Date.now),
    onError: error => console.error(`explore: ${error.message}`),
  })
  const edge = restServer(service, {
    version: VERSION,
    now: Date.now,
    webRoot: WEB_ROOT,
    logger: { level: process.env.EXPLORE_LOG ?? 'error' },
  })
  try {
    await service.warm()
    const url = await listen(edge, { host, port })
    const close = async (): Promise<void> => {
      await edge.close()
      await service.close()
    }
    return { service, url, close }
  } catch (error) {
    await service.close()
    throw error
  }
}

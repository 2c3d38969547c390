import { ExploreError } from '@explore/explore'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { bind } from './bind.ts'

export interface HealthPort {
  /** `grpc://host:port`, where there is such a port. */
  readonly url: string | undefined
  /** Asks `ready` now and every second, and says what it says; what it throws counts as no. */
  readonly follow: (ready: () => boolean | Promise<boolean>) => Promise<void>
  /** Says from now on that it does not serve. */
  readonly drain: () => void
  readonly close: () => void
}

const VARIABLE = 'EXPLORE_HEALTH_PORT'
const EVERY = 1000
/** Asked for under this name, health says only that the process answers. */
const LIVENESS = 'liveness'

/**
 * The standard gRPC health check on the port that EXPLORE_HEALTH_PORT gives, always in plain text: an orchestrator has no
 * certificate. Without that variable there is none. Throws SETTING_INVALID, PORT_IN_USE.
 */
export const healthPort = async (
  environment: Readonly<Record<string, string | undefined>>,
  host: string,
): Promise<HealthPort> => {
  const text = environment[VARIABLE]
  if (text === undefined) {
    return { url: undefined, follow: async () => {}, drain: () => {}, close: () => {} }
  }
  if (!/^\d{1,5}$/.test(text)) {
    throw new ExploreError('SETTING_INVALID', `${VARIABLE} is ${text}`, {
      field: VARIABLE,
      hint: 'write the number of a port',
    })
  }
  const health = new HealthImplementation({ '': 'NOT_SERVING', [LIVENESS]: 'SERVING' })
  const server = new Server()
  health.addToServer(server)
  const bound = await bind(server, { host, port: Number(text) }, ServerCredentials.createInsecure())
  let timer: NodeJS.Timeout | undefined
  let draining = false
  const say = (serving: boolean): void =>
    health.setStatus('', serving && !draining ? 'SERVING' : 'NOT_SERVING')
  const drain = (): void => {
    draining = true
    clearInterval(timer)
    say(false)
  }
  return {
    url: `grpc://${host}:${bound}`,
    follow: async ready => {
      const look = async (): Promise<void> => {
        try {
          say(await ready())
        } catch {
          say(false)
        }
      }
      timer = setInterval(() => void look(), EVERY).unref()
      await look()
    },
    drain,
    close: () => {
      drain()
      server.forceShutdown()
    },
  }
}

import { expect, it, onTestFinished } from 'vitest'
import { homes } from './testing/homes.ts'
import { explore } from './testing/run-explore.ts'

const REDIS = 'planted-redis-password'
const KAFKA = 'planted-kafka-password'
const KEY = 'planted-caller-key'
const AWS = 'planted-object-store-secret'
const COLLECTOR = 'planted-collector-token'
const SECRETS = [REDIS, KAFKA, KEY, AWS, COLLECTOR]

const COMMANDS = [
  ['doctor'],
  ['doctor', '--json'],
  ['start', '--no-demo', '--port', '0'],
  ['page', 'u1'],
  ['events', '-'],
  ['lag'],
  ['topics', 'create'],
  ['dlq', 'list'],
  ['train'],
  ['rebuild'],
  ['snapshot', 'write'],
  ['backup', 'to'],
  ['user', 'export', 'u1'],
  ['user', 'forget', 'u1'],
  ['serve', 'first-stage', '--port', '0'],
  ['settings'],
  ['top', '--once'],
  ['bundle', 'list'],
] as const

const around = (state: string, events: string) => ({
  ...{ EXPLORE_STATE: state, EXPLORE_PROFILES: state, EXPLORE_EVENTS: events },
  ...{ EXPLORE_KEY: KEY, AWS_SECRET_ACCESS_KEY: AWS },
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=${COLLECTOR}`,
})

const ENVIRONMENTS = {
  'of stores that are away': around(
    `redis://explore:${REDIS}@127.0.0.1:1/0`,
    `kafka://explore:${KAFKA}@127.0.0.1:1/?mechanism=plain`,
  ),
  'of addresses that are none': around(
    `redis://explore:${REDIS}@127.0.0.1:99999999/0?shards=-1`,
    `kafka://explore:${KAFKA}@/?nonsense=1&tls=perhaps`,
  ),
  'of another kind of store': around(
    `mysql://explore:${REDIS}@db/explore`,
    `amqp://explore:${KAFKA}@bus`,
  ),
}

it.each(Object.entries(ENVIRONMENTS))(
  'tells no secret of the environment %s',
  async (name, env) => {
    const whole = name === 'of stores that are away'
    const { next, remove } = homes()
    onTestFinished(remove)
    // Two at a time: each is a process that waits for what is not there.
    const left = COMMANDS.filter((_, i) => whole || i % 3 === 0)
    const told: string[] = []
    const worker = async (): Promise<void> => {
      for (let args; (args = left.shift()) !== undefined;) {
        const home = args[0] === 'top' ? [] : ['--home', next()]
        const { stdout, stderr, code } = await explore([...args, ...home], {
          env: { ...env, EXPLORE_LOG: 'info' },
        })
        const said = stdout + stderr
        for (const secret of SECRETS)
          if (said.includes(secret)) told.push(`${args.join(' ')}: ${said}`)
        // Each has had a reason to speak of its addresses, or to do without them.
        expect(said.length + Number(code === 0), args.join(' ')).toBeGreaterThan(0)
      }
    }
    await Promise.all([worker(), worker()])
    expect(told).toEqual([])
  },
  400_000,
)

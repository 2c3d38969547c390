import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { chartTool, kubernetesSchemas, whyNoSchemas, whyNoTool } from './chart-tools.ts'
import { BASE, INSTALLATIONS, over, pairwise, TOGGLES } from './toggles.ts'

const run = promisify(execFile)
const chart = join(import.meta.dirname, '../../deploy/chart')
const VERSIONS = ['1.30.0', '1.32.0', '1.34.0']
/** Not of Kubernetes itself: their shape is looked at below. */
const FOREIGN = [
  ...['Certificate', 'GRPCRoute', 'HTTPRoute', 'PrometheusRule', 'ScaledObject', 'ServiceMonitor'],
]
/** Cold, a tool takes minutes to build. */
const BUILD = 600_000

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> }
  // Rendered, so of any shape; what is read of it is asserted.
  readonly spec: any
}

let why = whyNoTool('helm')
const folder = mkdtempSync(join(tmpdir(), 'explore-chart-'))
let helm: string
beforeAll(async () => {
  if (why !== undefined) return
  try {
    helm = await chartTool('helm')
    await chartTool('kubeconform')
  } catch (error) {
    why = `helm and kubeconform can't be built here: ${(error as Error).message.slice(0, 300)}`
  }
}, BUILD)
beforeEach(({ skip }) => skip(why !== undefined, why))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const render = async (values: object, ...more: readonly string[]): Promise<string> => {
  const file = join(folder, `${files++}.json`)
  writeFileSync(file, JSON.stringify(values))
  const args = ['template', 'shop', chart, '-f', file, '--kube-version', '1.34.0', ...more]
  return (await run(helm, args, { maxBuffer: 2 ** 26 })).stdout
}

const resources = (text: string): readonly Resource[] =>
  parseAllDocuments(text)
    .map(document => document.toJS() as Resource | null)
    .filter(resource => resource !== null)

const refusal = (values: object): Promise<string> =>
  render(values).then(
    () => 'rendered',
    (error: { stderr: string }) => error.stderr,
  )

/** Everything that is validated: each toggle alone, all pairs, each kind of installation, each preset. */
const rendered = async (): Promise<readonly string[]> => {
  const names = Object.keys(TOGGLES)
  const rows = [...names.map(name => [name]), ...pairwise(names)]
  const texts: string[] = []
  for (const row of rows) texts.push(await render(row.map(n => TOGGLES[n]!).reduce(over, BASE)))
  for (const values of Object.values(INSTALLATIONS)) texts.push(await render(values))
  for (const size of ['small', 'medium', 'large']) {
    texts.push(await render(BASE, '-f', join(chart, `values-${size}.yaml`)))
  }
  return texts
}

it('passes lint', async () => {
  const file = join(folder, 'lint.json')
  writeFileSync(file, JSON.stringify(BASE))
  const { stdout } = await run(helm, ['lint', '--strict', chart, '-f', file])
  expect(stdout).toContain('0 chart(s) failed')
})

describe('what it renders', () => {
  let all: string
  let found: readonly Resource[]
  beforeAll(async () => {
    if (why !== undefined) return
    all = (await rendered()).join('\n---\n')
    found = resources(all)
  }, 240_000)

  it.each(VERSIONS)(
    'is valid in Kubernetes %s, every document of it',
    async version => {
      const file = join(folder, `${version}.yaml`)
      writeFileSync(file, all)
      const { summary } = await conform(version, file)
      const foreign = found.filter(({ kind }) => FOREIGN.includes(kind)).length
      expect(foreign).toBeGreaterThan(20)
      expect(found.length - foreign).toBeGreaterThan(1000)
      const valid = found.length - foreign
      expect(summary).toEqual({ valid, invalid: 0, errors: 0, skipped: foreign })
    },
    BUILD,
  )

  it(
    'with a field that is none would not be',
    async () => {
      const file = join(folder, 'wrong.yaml')
      const [deployment] = found.filter(({ kind }) => kind === 'Deployment')
      const wrong = { ...deployment, spec: { ...deployment!.spec, replicaz: 2 } }
      writeFileSync(file, JSON.stringify(wrong))
      expect((await conform('1.34.0', file)).summary).toMatchObject({ valid: 0, invalid: 1 })
    },
    BUILD,
  )

  const conform = async (version: string, file: string) => {
    const schemas = await kubernetesSchemas(VERSIONS)
    const place =
      '{{.NormalizedKubernetesVersion}}{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json'
    const { stdout } = await run(
      await chartTool('kubeconform'),
      [
        ...['-strict', '-summary', '-output', 'json', '-kubernetes-version', version],
        ...['-skip', FOREIGN.join(','), '-schema-location', `${schemas}/${place}`, file],
      ],
      { maxBuffer: 2 ** 26 },
    ).catch((error: { stdout: string }) => error)
    return JSON.parse(stdout) as { summary: Record<string, number> }
  }
  beforeEach(({ skip }) => {
    const missing = whyNoTool('kubeconform') ?? whyNoSchemas()
    skip(missing !== undefined, missing)
  })
})

describe('every pod', () => {
  const podOf = ({ kind, spec }: Resource) =>
    kind === 'CronJob' ? spec.jobTemplate.spec.template : spec.template
  let workloads: readonly Resource[]
  beforeAll(async () => {
    if (why !== undefined) return
    const kinds = ['Deployment', 'CronJob', 'Job']
    workloads = resources(await render(BASE)).filter(({ kind }) => kinds.includes(kind))
  })

  it('has no right, no token, and writes nowhere but on its volumes', () => {
    expect(workloads.length).toBeGreaterThan(10)
    for (const workload of workloads) {
      const { spec } = podOf(workload)
      expect(spec.automountServiceAccountToken ?? false).toBe(false)
      expect(spec.securityContext).toMatchObject({
        ...{ runAsNonRoot: true, runAsUser: 10_001 },
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const { securityContext } of [...spec.containers, ...(spec.initContainers ?? [])]) {
        expect(securityContext).toMatchObject({
          ...{ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
          capabilities: { drop: ['ALL'] },
        })
      }
    }
  })

  it('requests what it needs; its memory is limited, its CPU is not', () => {
    for (const workload of workloads) {
      for (const { resources: needs } of podOf(workload).spec.containers) {
        expect(needs.requests).toEqual({ cpu: expect.any(String), memory: expect.any(String) })
        expect(Object.keys(needs.limits)).toEqual(['memory'])
      }
    }
  })

  it('of a service is probed by gRPC, is drained, and starts anew with its configuration', () => {
    const services = workloads.filter(({ kind }) => kind === 'Deployment')
    expect(services).toHaveLength(7)
    for (const service of services) {
      const { metadata, spec } = podOf(service)
      expect(metadata.annotations['checksum/config']).toMatch(/^[0-9a-f]{64}$/)
      const [container] = spec.containers
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        expect(container[probe].grpc.port).toBe(9091)
      }
      const { seconds } = container.lifecycle.preStop.sleep
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds + 25)
    }
  })
})

describe('resources of others', () => {
  const first = async (toggle: string, kind: string): Promise<Resource> =>
    resources(await render(over(BASE, TOGGLES[toggle]!))).find(each => each.kind === kind)!

  it('KEDA scales the processor by lag, to no more pods than partitions', async () => {
    const { spec } = await first('keda', 'ScaledObject')
    expect(spec).toMatchObject({ minReplicaCount: 2, maxReplicaCount: 16 })
    expect(spec.triggers[0].metadata).toEqual({
      ...{ bootstrapServers: 'kafka:9092', consumerGroup: 'explore.stream-processor' },
      ...{ topic: 'explore.events.v1', lagThreshold: '5000' },
    })
  })

  it('routes lead to the ports of the gateway', async () => {
    for (const [kind, port] of [
      ['HTTPRoute', 8080],
      ['GRPCRoute', 8081],
    ] as const) {
      const { spec } = await first('gatewayApi', kind)
      expect(spec.parentRefs).toEqual([{ name: 'edge' }])
      expect(spec.rules[0].backendRefs).toEqual([{ name: 'shop-explore-gateway', port }])
    }
  })

  it('certificates bear the names that peers know', async () => {
    const { spec } = await first('tls', 'Certificate')
    expect(spec).toMatchObject({ dnsNames: ['gateway'], secretName: 'shop-explore-tls-gateway' })
    expect(spec.issuerRef).toEqual({ name: 'explore', kind: 'Issuer' })
  })

  it('Prometheus finds every service by the port that has its metrics, and the alerts', async () => {
    const monitors = resources(await render(over(BASE, TOGGLES['serviceMonitor']!))).filter(
      ({ kind }) => kind === 'ServiceMonitor',
    )
    expect(monitors.map(({ spec }) => spec.endpoints[0].port)).toEqual([
      ...['rest', ...Array<string>(6).fill('metrics')],
    ])
    const { spec } = await first('rules', 'PrometheusRule')
    const file = parse(readFileSync(join(chart, 'files/alerts.yaml'), 'utf8')) as object
    expect(spec).toEqual(file)
  })
})

describe('what cannot work is refused, and named:', () => {
  const state = { ...INSTALLATIONS['one gateway, nothing else'] }
  it.each<[string, object]>([
    ['gatway', { ...BASE, gatway: { replicas: 3 } }],
    ['replicaz', over(BASE, { gateway: { replicaz: 3 } })],
    ['EXPLORE_PAGE_LIMIT', over(BASE, { settings: { EXPLORE_PAGE_LIMIT: 3 } })],
    ['cpu', over(BASE, { gateway: { resources: { limits: { cpu: 1 } } } })],
    ['replicas', over(BASE, { gateway: { replicas: 'two' } })],
    ['redis.existingSecret', {}],
    ['kafka.existingSecret', { redis: BASE.redis }],
    ['bundles.url or bundles.existingClaim', { redis: BASE.redis, kafka: BASE.kafka }],
    ['bundles.signingSecret', { ...BASE, bundles: { url: 's3://models' } }],
    ['gateway.replicas', over(state, { gateway: { replicas: 2 } })],
    ['home.existingClaim', over(state, { home: { existingClaim: '' } })],
    ['home.existingClaim', over(BASE, { home: { existingClaim: 'home' } })],
    ['streamProcessor.enabled', over(BASE, { streamProcessor: { enabled: false } })],
    ['tls.issuer.name', over(BASE, { tls: { enabled: true } })],
    ['gatewayApi.parentRefs', over(BASE, { gatewayApi: { enabled: true } })],
    ['ingress.host', over(BASE, { ingress: { enabled: true } })],
    ['keda.brokers', over(BASE, { streamProcessor: { keda: { enabled: true } } })],
  ])('%s', async (named, values) => {
    expect(await refusal(values)).toContain(named)
  })
})

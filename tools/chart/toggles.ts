/** Values with which the chart must render, over those of no preset. */
export const BASE = {
  kafka: { existingSecret: 'kafka' },
  redis: { existingSecret: 'redis' },
  bundles: { url: 's3://models/explore', signingSecret: 'signing' },
}

const SCALED = { autoscaling: { enabled: true } }

/** What an operator can turn on, or off, beside it. */
export const TOGGLES: Readonly<Record<string, object>> = {
  autoscaling: { gateway: SCALED, retrievalSources: SCALED, secondStageMtml: SCALED },
  keda: { streamProcessor: { keda: { enabled: true, brokers: 'kafka:9092', max: 99 } } },
  ingress: {
    ingress: { enabled: true, host: 'a.example', grpcHost: 'g.a.example', tlsSecret: 'edge' },
  },
  gatewayApi: {
    gatewayApi: { enabled: true, parentRefs: [{ name: 'edge' }], hostnames: ['a.example'] },
  },
  serviceMonitor: { metrics: { serviceMonitor: { enabled: true, keySecret: 'admin' } } },
  rules: { metrics: { rules: { enabled: true } } },
  dashboards: { metrics: { dashboards: { enabled: true } } },
  tls: { tls: { enabled: true, issuer: { name: 'explore' } } },
  apiKeys: { apiKeys: { existingSecret: 'keys', testSecret: 'test' } },
  jwt: { jwt: { jwks: 'https://id.example/jwks', issuer: 'id', audience: 'explore' } },
  files: { kafka: { filesSecret: 'kafka-files' }, redis: { filesSecret: 'redis-files' } },
  credentials: { bundles: { credentialsSecret: 's3' } },
  shards: { annIndex: { shards: 3 } },
  withoutIndex: { annIndex: { enabled: false } },
  withoutRerank: { valueModelRerank: { enabled: false } },
  open: { networkPolicy: { enabled: false } },
  narrow: {
    networkPolicy: {
      clients: [{ namespaceSelector: { matchLabels: { name: 'edge' } } }],
      monitoring: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
    },
  },
  withoutJobs: {
    jobs: {
      ...{ topics: { enabled: false }, train: { enabled: false } },
      ...{ warmStart: { enabled: false }, precompute: { enabled: false } },
    },
  },
  settings: { settings: { EXPLORE_SET_PAGE_LIMIT: 30 }, env: { OTEL_SERVICE_NAME: 'a' } },
  placed: {
    image: { pullSecrets: ['registry'] },
    gateway: {
      ...{ podAnnotations: { a: 'b' }, nodeSelector: { disk: 'ssd' } },
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  },
}

/** Values of another kind of installation: neither is over BASE. */
export const INSTALLATIONS: Readonly<Record<string, object>> = {
  'bundles in a volume': { ...BASE, bundles: { existingClaim: 'bundles' } },
  'one gateway, nothing else': {
    gateway: { replicas: 1 },
    home: { existingClaim: 'home' },
    ...Object.fromEntries(
      [
        ...['retrievalSources', 'firstStage', 'secondStageMtml', 'valueModelRerank'],
        ...['annIndex', 'streamProcessor'],
      ].map(name => [name, { enabled: false }]),
    ),
  },
}

/**
 * Rows of toggles in which each pair is off and off, off and on, on and off, on and on: none, all, and, by the bits of
 * their places, those with the bit and those without.
 */
export const pairwise = (names: readonly string[]): readonly (readonly string[])[] => {
  const bits = Array.from({ length: Math.ceil(Math.log2(names.length)) }, (_, bit) => bit)
  const half = (bit: number, is: number): readonly string[] =>
    names.filter((_, place) => ((place >> bit) & 1) === is)
  return [[], names, ...bits.flatMap(bit => [half(bit, 0), half(bit, 1)])]
}

/** The second over the first, objects into each other. */
export const over = (under: object, above: object): object => {
  const merged: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(above)) {
    const there = merged[key]
    const both = isPlain(there) && isPlain(value)
    merged[key] = both ? over(there, value) : value
  }
  return merged
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

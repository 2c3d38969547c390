import { type Costs, PAGE_SERVICES } from './costs.ts'

/** What is to be served at peak. */
export interface PlanWish {
  /** Pages and events a second. */
  readonly rps: number
  readonly events: number
  readonly items: number
  readonly users: number
}

export interface PlannedService {
  readonly service: string
  /** Busy at peak, all replicas together. */
  readonly cores: number
  readonly replicas: number
  /** Of one replica. */
  readonly cpu: number
  readonly memoryMb: number
}

export interface Plan {
  readonly wish: PlanWish
  readonly services: readonly PlannedService[]
  readonly shards: number
  readonly partitions: number
  readonly redisMb: number
  readonly kafkaGb: number
  /** How each number came about. */
  readonly formula: readonly string[]
  /** What lies beyond that which was measured. */
  readonly extrapolated: readonly string[]
}

/** A replica is one JavaScript thread's worth, and half of it is kept for bursts and for the loss of another. */
const BUSY = 0.5
/** One may die, or be rolled. */
const LEAST = 2
/** Of `explore bench events` (docs/benchmarks.md): what a processor folds from Kafka into Redis in a second, and has in memory. */
const FOLDED = 16_000
const PROCESSOR_MB = 250
/** docs/reliability.md, docs/events.md: bytes of a user and of an item's counters in Redis, of a session, of an event on disk. */
const REDIS = { user: 1700, item: 100, session: 1500, overhead: 1.5 }
const SESSION_SECONDS = 1800
const KAFKA = { event: 60, page: 1500, replicas: 3, eventDays: 90, pageDays: 30 }
const LEAST_PARTITIONS = 16
/** A node's memory that one index may take; more shards are searched exactly, which costs CPU by the item. */
const SHARD_MB = 16_384
/** The heap grows and is collected: what was resident at rest is not all that it needs. */
const MEMORY_ROOM = 1.5
const MB = 2 ** 20

/** How many of what, from what a page and an event cost. */
export const planFleet = (wish: PlanWish, costs: Costs): Plan => {
  const more = Math.max(0, wish.items - costs.items)
  const services = PAGE_SERVICES.map((service): PlannedService => {
    const { cpuMs, residentMb, bytesPerItem } = costs.services[service]
    return sized(service, (wish.rps * cpuMs) / 1000, residentMb + (more * bytesPerItem) / MB)
  })
  const folding = sized('stream-processor', wish.events / FOLDED, PROCESSOR_MB)
  const index = services.find(({ service }) => service === 'ann-index')!
  const shards = Math.ceil(index.memoryMb / SHARD_MB)
  const { user, item, session, overhead } = REDIS
  const held = wish.users * user + wish.items * item + wish.rps * SESSION_SECONDS * session
  const daily = 86_400 * KAFKA.replicas
  const kafka =
    daily * (wish.events * KAFKA.event * KAFKA.eventDays + wish.rps * KAFKA.page * KAFKA.pageDays)
  return {
    ...{ wish, shards },
    services: [...services, folding],
    partitions: Math.max(LEAST_PARTITIONS, 2 ** Math.ceil(Math.log2(4 * folding.replicas))),
    redisMb: Math.ceil((held * overhead) / MB),
    kafkaGb: Math.ceil(kafka / 2 ** 30),
    formula: [
      `cores = pages a second × CPU of a page; replicas = cores ÷ ${BUSY}, ${LEAST} at least`,
      `memory = ${MEMORY_ROOM} × (resident at ${costs.items} items + further items × bytes of an item)`,
      `stream processors = events a second ÷ ${FOLDED} ÷ ${BUSY}; partitions = 4 for each, a power of 2, ${LEAST_PARTITIONS} at least`,
      `Redis = ${overhead} × (users × ${user} B + items × ${item} B + pages a second × ${SESSION_SECONDS} s × ${session} B)`,
      `Kafka = ${KAFKA.replicas} × (events × ${KAFKA.event} B × ${KAFKA.eventDays} days + pages × ${KAFKA.page} B × ${KAFKA.pageDays} days)`,
      `shards of the index = its memory ÷ ${SHARD_MB} MB`,
    ],
    extrapolated: beyond(wish, costs, shards),
  }
}

const sized = (service: string, cores: number, memoryMb: number): PlannedService => {
  const replicas = Math.max(LEAST, Math.ceil(cores / BUSY))
  const cpu = Math.max(0.1, Number((cores / replicas / BUSY).toFixed(2)))
  return {
    ...{ service, replicas, cpu, cores: Number(cores.toFixed(2)) },
    memoryMb: Math.ceil((memoryMb * MEMORY_ROOM) / 64) * 64,
  }
}

const beyond = (wish: PlanWish, costs: Costs, shards: number): readonly string[] => [
  ...(wish.items > 2 * costs.items
    ? [
        `${wish.items} items: costs were measured at ${costs.items}; search in a larger index costs more, candidates do not`,
      ]
    : []),
  ...(wish.rps > 2 * costs.rps
    ? [
        `${wish.rps} pages a second: ${Math.round(costs.rps)} were measured, on one machine; the network between services was not`,
      ]
    : []),
  ...(shards > 1
    ? [`${shards} shards: they are searched exactly, which was not measured so large`]
    : []),
  'stream processors, Redis and Kafka: from figures of docs/benchmarks.md and docs/reliability.md, not from a run at this size',
]

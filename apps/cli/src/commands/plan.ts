import { type Plan, planFleet, planValues, readCosts } from '@explore/fleet/plan'
import { table } from '../terminal/table.ts'

export interface PlanOptions {
  readonly rps: number
  readonly items: number
  readonly users: number
  readonly events?: number
  readonly costs?: string
  readonly values?: boolean
  readonly json?: boolean
}

/** A page of 20 items is so many impressions, and some reactions. */
const EVENTS_OF_A_PAGE = 25

/** Sizes a fleet, and says how. */
export const plan = (options: PlanOptions): void => {
  const { rps, items, users, events = EVENTS_OF_A_PAGE * rps } = options
  const made = planFleet({ rps, items, users, events }, readCosts(options.costs))
  if (options.values) process.stdout.write(planValues(made))
  else console.log(options.json ? JSON.stringify(made, null, 2) : textOf(made))
}

const textOf = (plan: Plan): string =>
  [
    table(
      ['service', 'replicas', 'cores at peak', 'CPU of each', 'memory of each'],
      plan.services.map(({ service, replicas, cores, cpu, memoryMb }) => [
        ...[service, `${replicas}`, cores.toFixed(2), `${cpu}`, `${memoryMb} MB`],
      ]),
    ),
    `index shards ${plan.shards} · partitions ${plan.partitions} · Redis ${plan.redisMb} MB · Kafka ${plan.kafkaGb} GB on disk`,
    plan.formula.join('\n'),
    `extrapolated:\n${plan.extrapolated.map(line => `  ${line}`).join('\n')}`,
  ].join('\n\n')

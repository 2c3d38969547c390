import type { Ways } from './broker-ways.ts'
import type { Sabotage } from './sabotage.ts'
import type { Stage } from './schedule.ts'

/** What a processor's process is told at its start. */
export interface WorkerOptions {
  /** A folder of the log, or a kafka:// address. */
  readonly log: string
  readonly partitions: number
  readonly profiles: string
  readonly state: string
  readonly sabotage?: Sabotage
  /** How it reaches the brokers. */
  readonly ways?: Ways
}

/** To a process: its partitions, each with the committed offset; what to do to itself within the next batch; leave. */
export type Order =
  | { readonly assign: readonly (readonly [partition: number, from: number])[] }
  | { readonly trap: Stage; readonly signal: 'SIGKILL' | 'SIGSTOP'; readonly until: number }
  | { readonly leave: true }

/** From a process. */
export type Report =
  | { readonly alive: true }
  | { readonly commit: readonly [partition: number, offset: number] }
  | { readonly refused: number }
  /** What keeps it from going on; undefined when it does again. */
  | { readonly trouble: string | undefined }
  | { readonly died: string }

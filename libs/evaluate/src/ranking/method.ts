import type { Label } from '@explore/learn'
import type { RankingTask } from './ranking-task.ts'

/** Probabilities of the test rows; a label that the method cannot predict is absent. */
export type Predictions = Partial<Readonly<Record<Label, Float32Array>>>

export interface FitOptions {
  readonly seed: number
  /** What will be judged. */
  readonly labels: readonly Label[]
  readonly onProgress: (fraction: number, note?: string) => void
  readonly signal: AbortSignal
}

/** A row of the tables: learns from a task's training rows, calibrates, then predicts its test rows. */
export interface RankingMethod {
  readonly name: string
  /** Whether the seed changes anything. */
  readonly seeded: boolean
  readonly predict: (task: RankingTask, options: FitOptions) => Promise<Predictions>
}

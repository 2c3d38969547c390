import { homeAt, importData, offPeak, type Progress, trainBundle } from '@explore/embedded'
import { makeDemo } from './demo.ts'

/** What every job gets. */
export interface JobCall {
  readonly home: string
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly now: () => number
}

/** The work that runs beside serving or ahead of it, by name; each takes plain options and gives a plain report. */
export const JOBS = {
  demo: ({ home, progress, now }: JobCall, options: { readonly seed: number }) =>
    makeDemo(homeAt(home), { seed: options.seed, now: now() }, progress),

  import: (
    { home, progress, signal, now }: JobCall,
    options: {
      readonly paths: readonly string[]
      readonly mapping: string
      readonly maxRejects: number
    },
  ) => importData(homeAt(home), { ...options, now: now(), signal }, progress),

  train: ({ home, progress, signal, now }: JobCall, options: { readonly seed: number }) =>
    trainBundle(homeAt(home), { seed: options.seed, now: now(), signal }, progress),

  'off-peak': ({ home, progress, signal, now }: JobCall, options: { readonly pages: boolean }) =>
    offPeak(homeAt(home), { wall: now, pages: options.pages, signal }, progress),
} as const

export type JobName = keyof typeof JOBS
export type JobOptions<N extends JobName> = Parameters<(typeof JOBS)[N]>[1]
export type JobReport<N extends JobName> = Awaited<ReturnType<(typeof JOBS)[N]>>

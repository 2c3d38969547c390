import type { Found, Observer, Slate } from '@explore/pipeline'

/** What one step left of a run's candidates. */
export interface Left {
  readonly step: string
  readonly items: Uint32Array
  /** Whether the step chose, added or reordered; one that only scores hands the very same column on. */
  readonly changed: boolean
}

/** One run of the funnel as an observer saw it. */
export interface Passage {
  /** Each source's own list, best first. */
  readonly lists: ReadonlyMap<string, Uint32Array>
  readonly steps: readonly Left[]
}

/** Watches one run: hand `observer` to it, then read `passage`. */
export const watchPassage = (): { readonly observer: Observer; readonly passage: Passage } => {
  const lists = new Map<string, Uint32Array>()
  const steps: Left[] = []
  return {
    observer: {
      found: (source: string, { items }: Found) => void lists.set(source, items),
      passed: (step: string, { items }: Slate) =>
        void steps.push({ step, items, changed: items !== steps.at(-1)?.items }),
    },
    passage: { lists, steps },
  }
}

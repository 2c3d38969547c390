/** What one step of the funnel did. */
export interface StepTrace {
  readonly step: string
  readonly kind: 'retrieve' | 'filter' | 'refill' | 'lookup' | 'keep' | 'rerank' | 'part'
  readonly in: number
  readonly out: number
  readonly ms: number
  /** retrieve: candidates found by source; filter: candidates refused by filter. */
  readonly counts?: Readonly<Record<string, number>>
  /** Failures by source or stage: the message of the error. */
  readonly failures?: Readonly<Record<string, string>>
  /** The rung that this step fell back to; of several, separated by commas. */
  readonly rung?: string
}

/** Where a watched item stood after one step. */
export interface Sighting {
  readonly step: string
  /** 0-based row after the step; absent when the item was not in the slate. */
  readonly row?: number
  /** Why it left, where it left: the filter, or the cut's rank and scores. */
  readonly reason?: string
}

/** A rule's move of one item: 0-based rows before and after. */
export interface Move {
  readonly rule: string
  readonly item: number
  readonly from: number
  /** Absent when the rule dropped the item. */
  readonly to?: number
  readonly why?: string
}

/** The whole account of one run. */
export interface Trace {
  readonly steps: readonly StepTrace[]
  /** Rungs of the degradation ladder that the run stood on. */
  readonly rungs: readonly string[]
  readonly moves: readonly Move[]
  /** Steps of the watched item's way, when one was watched. */
  readonly sightings: readonly Sighting[]
}

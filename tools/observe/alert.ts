/** A series of a promtool test: `{job="explore"}` is added to its labels, `values` in promtool's notation, one a minute. */
export interface Series {
  readonly metric: string
  readonly labels?: Readonly<Record<string, string>>
  readonly values: string
}

/** One alert: its rule, what its page says, and what it is tested on. */
export interface Alert {
  readonly name: string
  /** `page` wakes somebody, `ticket` waits for the morning. */
  readonly severity: 'page' | 'ticket'
  readonly expr: string
  /** How long it must be so. */
  readonly for: string
  readonly summary: string
  readonly means: string
  readonly look: readonly string[]
  readonly act: readonly string[]
  /** On the first it fires by `at`, on the second it is silent all the while. */
  readonly at: string
  readonly fires: readonly Series[]
  readonly quiet: readonly Series[]
  /** Labels that the expression keeps, as the first test has them; none where it is a sum. */
  readonly keeps?: Readonly<Record<string, string>>
}

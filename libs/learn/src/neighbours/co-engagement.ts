/** Engagements as columns: who, with what, when, and how much it counts. */
export interface Engagements {
  readonly length: number
  readonly user: Uint32Array
  /** Ordinal. */
  readonly item: Uint32Array
  readonly time: Float64Array
  readonly weight: Float32Array
}

export interface CoEngagementOptions {
  /** Most engagements of a user that count, latest first. */
  readonly perUser: number
  /** Two engagements of a user this far apart tell half as much as two at once. */
  readonly gapMs: number
  /** Pairs with fewer shared users are chance. */
  readonly fewest: number
}

/** The items that share users with one item. Arrays are valid until the next call. */
export interface CoEngaged {
  readonly count: number
  readonly items: Uint32Array
  /** Cosines in (0, 1]. */
  readonly similarity: Float32Array
}

/**
 * Item-to-item similarity by shared users: the cosine of the items' rows of weighted engagements, where
 * active users count less (inverse user frequency, Breese et al., UAI 1998) and engagements far apart
 * in time less still. Memory grows with engagements and items, never with pairs.
 */
export const coEngagement = (
  all: Engagements,
  items: number,
  { perUser, gapMs, fewest }: CoEngagementOptions,
): ((item: number) => CoEngaged) => {
  const byUser = [...Map.groupBy(all.user.keys(), row => all.user[row]).values()].map(rows =>
    Uint32Array.from(rows)
      .sort((a, b) => all.time[b] - all.time[a])
      .subarray(0, perUser),
  )
  const strength = new Float32Array(all.length)
  const norm = new Float32Array(items)
  const userOf = new Uint32Array(all.length)
  const rowsOf = Array.from({ length: items }, (): number[] => [])
  byUser.forEach((rows, user) => {
    const damping = 1 / Math.log2(1 + rows.length)
    for (const row of rows) {
      const item = all.item[row]
      norm[item] += all.weight[row] * damping
      strength[row] = Math.sqrt(all.weight[row] * damping)
      userOf[row] = user
      rowsOf[item].push(row)
    }
  })
  const sums = new Float32Array(items)
  const users = new Uint32Array(items)
  const touched = new Uint32Array(items)
  const similarity = new Float32Array(items)

  return item => {
    let met = 0
    for (const row of rowsOf[item]) {
      for (const other of byUser[userOf[row]]) {
        const to = all.item[other]
        if (to === item) continue
        if (users[to]++ === 0) touched[met++] = to
        const apart = Math.abs(all.time[row] - all.time[other])
        sums[to] += (strength[row] * strength[other]) / (1 + apart / gapMs)
      }
    }
    let count = 0
    for (let i = 0; i < met; i++) {
      const to = touched[i]
      if (users[to] >= fewest) {
        touched[count] = to
        similarity[count++] = Math.min(1, sums[to] / Math.sqrt(norm[item] * norm[to]))
      }
      users[to] = 0
      sums[to] = 0
    }
    return { count, items: touched, similarity }
  }
}

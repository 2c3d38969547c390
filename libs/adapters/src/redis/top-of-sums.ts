/** Members of a board in falling order of score; of equal scores the smaller item first. */
export interface Ranked {
  readonly items: readonly number[]
  readonly scores: readonly number[]
}

/** A part of a board: all of a member's score is the sum over the parts. */
export interface BoardPart {
  readonly best: (n: number) => Promise<Ranked>
  /** The members' scores, 0 where one is not there. */
  readonly scores: (items: readonly number[]) => Promise<readonly number[]>
}

/**
 * The exact `n` best by sums of non-negative scores over the parts: the threshold algorithm (Fagin, Lotem, Naor, JCSS
 * 2003). A member that no part has among its best `depth` has at most the sum of the scores at that depth; when `n`
 * sums are as high, nobody unseen can be among them.
 */
export const topOfSums = async (parts: readonly BoardPart[], n: number): Promise<Ranked> => {
  if (n === 0 || parts.length === 0) return { items: [], scores: [] }
  if (parts.length === 1) return parts[0]!.best(n)
  for (let depth = n; ; depth *= 2) {
    const bests = await Promise.all(parts.map(part => part.best(depth)))
    const items = [...new Set(bests.flatMap(best => best.items))]
    const scores = await Promise.all(parts.map(part => part.scores(items)))
    const sums = items.map((_, i) => scores.reduce((sum, part) => sum + part[i]!, 0))
    const order = Array.from(items.keys()).sort(
      (a, b) => sums[b]! - sums[a]! || items[a]! - items[b]!,
    )
    const best = order.slice(0, n)
    const unseen = bests.map(({ scores }) => (scores.length < depth ? 0 : scores.at(-1)!))
    const most = unseen.reduce((sum, score) => sum + score, 0)
    // An unseen member of an equal sum might be the smaller item.
    const weakest = best.length < n ? 0 : sums[best.at(-1)!]!
    if (unseen.every(score => score === 0) || most < weakest) {
      return { items: best.map(i => items[i]!), scores: best.map(i => sums[i]!) }
    }
  }
}

type Numbers = ArrayLike<number>

/** Where the run of rows ends that score as `order[from]` does; what is no number ties with its like, and only with it. */
export const endOfTie = (order: ArrayLike<number>, from: number, scores: Numbers): number => {
  const score = scores[order[from]]
  const tied = Number.isNaN(score)
    ? (other: number) => Number.isNaN(other)
    : (other: number) => other === score
  let end = from + 1
  while (end < order.length && tied(scores[order[end]])) end++
  return end
}

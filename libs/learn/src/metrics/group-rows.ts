/** Row numbers of each group, groups in order of first appearance. */
export const groupRows = (groups: ArrayLike<number>): readonly (readonly number[])[] => {
  const rows = new Map<number, number[]>()
  for (let row = 0; row < groups.length; row++) {
    const known = rows.get(groups[row])
    if (known) known.push(row)
    else rows.set(groups[row], [row])
  }
  return [...rows.values()]
}

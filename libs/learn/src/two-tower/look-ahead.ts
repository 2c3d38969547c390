import type { Targets } from './retrieval-examples.ts'

/**
 * Lets one row of a viewer stand for their next `ahead` targets, as of before the first of them: interests of
 * days are learnt rather than the next click (dense all action, Pancha et al., KDD 2022), with as many fewer
 * runs of the query tower. `user` names each viewer row's user; targets are in the order of the log.
 */
export const lookAhead = (targets: Targets, user: Uint32Array, ahead: number): Targets => {
  const open = new Map<number, { readonly viewer: number; left: number }>()
  return {
    ...targets,
    viewer: targets.viewer.map(viewer => {
      const known = open.get(user[viewer])
      if (known !== undefined && known.left > 0) {
        known.left--
        return known.viewer
      }
      open.set(user[viewer], { viewer, left: ahead - 1 })
      return viewer
    }),
  }
}

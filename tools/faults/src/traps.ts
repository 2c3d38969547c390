import type { StateStore } from '@explore/explore'
import type { Order, Report } from './orders.ts'
import type { Stage } from './schedule.ts'

type Trap = Extract<Order, { readonly trap: Stage }>

/** Ends or stops this process where it was told to within a batch; `tell` hears of refused batches. */
export const traps = (tell: (report: Report) => void) => {
  let set: Trap | undefined
  const passing = (stage: Stage): void => {
    if (set?.trap !== stage) return
    const { signal, until } = set
    set = undefined
    // Else it was hit from outside by now.
    if (Date.now() < until) process.kill(process.pid, signal)
  }
  return {
    set: (trap: Trap): void => {
      if (trap.trap === 'anywhere') process.kill(process.pid, trap.signal)
      else set = trap
    },
    /** The store with the traps around each write. */
    around: (state: StateStore): StateStore => ({
      ...state,
      apply: async write => {
        passing('before the write')
        try {
          await state.apply(write)
        } catch (error) {
          if ((error as { code?: string }).code === 'WATERMARK_MISMATCH') tell({ refused: 1 })
          throw error
        }
        passing('after the write')
      },
    }),
  }
}

import type { Item } from '@explore/explore'
import { connect } from '../connect.ts'
import { type CommonOptions, report } from '../context.ts'
import { pageView } from '../terminal/page-view.ts'

export interface PageOptions extends CommonOptions {
  readonly limit?: string
  readonly cursor?: string
  readonly surface?: string
  readonly explain?: boolean
  readonly explainItem?: string
}

/** One page, from the running server or from the home at rest. */
export const page = (userId: string, options: PageOptions): Promise<void> => {
  const items = new Map<string, Item>()
  return report(
    options,
    async home => {
      const { service, historicEnd, close } = await connect(home)
      try {
        if (historicEnd !== undefined) {
          const end = new Date(historicEnd).toISOString()
          console.error(`explore: the data ended at ${end}; that is what "now" means here`)
        }
        const served = await service.page({
          userId,
          ...(options.limit !== undefined && { limit: Number(options.limit) }),
          ...(options.cursor !== undefined && { cursor: options.cursor }),
          ...(options.surface !== undefined && { surface: options.surface }),
          explain: options.explain ?? false,
          ...(options.explainItem !== undefined && { explainItem: options.explainItem }),
        })
        if (!options.json) {
          for (const { itemId } of served.items) {
            const item = await service.item(itemId)
            if (item !== undefined) items.set(itemId, item)
          }
        }
        return served
      } finally {
        await close()
      }
    },
    served => pageView(served, items, process.stdout.isTTY === true && !process.env.NO_COLOR),
  )
}

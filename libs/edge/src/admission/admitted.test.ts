import { ExploreError, type ExploreService, type Page, settingsFrom } from '@explore/explore'
import { expect, test } from 'vitest'
import { admitted } from './admitted.ts'

const PAGE = { userId: 'u1' } as Page

/** A service whose pages end when the test says so. */
const held = () => {
  const waiting: PromiseWithResolvers<Page>[] = []
  const service = admitted(
    {
      settings: () => settingsFrom(),
      page: () => {
        const page = Promise.withResolvers<Page>()
        waiting.push(page)
        return page.promise
      },
      record: async () => [],
    } as Partial<ExploreService> as ExploreService,
    () => 0,
  )
  return { service, waiting }
}

test('a page beyond those that are served in time is refused before anything is done for it', async () => {
  const { service, waiting } = held()
  const { pages } = service
  const inside = Array.from({ length: pages.limit() }, () => service.page({ userId: 'u1' }))
  await expect(service.page({ userId: 'u1' })).rejects.toMatchObject({
    ...{ code: 'OVERLOADED', status: 503 },
  })
  expect([waiting.length, pages.running()]).toEqual([pages.limit(), pages.limit()])
  // What is no page is not kept out.
  expect(await service.record([])).toEqual([])
  for (const { resolve } of waiting) resolve(PAGE)
  await Promise.all(inside)
  expect(pages.running()).toBe(0)
})

test('a page that fails makes room, and one that is late lowers the limit', async () => {
  const { service, waiting } = held()
  const { pages } = service
  const before = pages.limit()
  for (const code of ['ID_INVALID', 'DEADLINE_EXCEEDED'] as const) {
    const page = service.page({ userId: 'u1' })
    waiting.at(-1)!.reject(new ExploreError(code, 'no'))
    await expect(page).rejects.toMatchObject({ code })
    expect(pages.running()).toBe(0)
  }
  expect(pages.limit()).toBeLessThan(before)
})

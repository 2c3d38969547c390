import type { ExploreService } from '@explore/explore'

/** What to open next, with ids that exist. */
export const welcome = async (
  service: ExploreService,
  url: string,
  home: string,
): Promise<string> => {
  const { items, bundle, problems } = await service.health()
  const user = (await service.users(undefined, 1))[0]?.id ?? 'someone'
  const page = items > 0 ? await service.page({ userId: user, limit: 1 }) : undefined
  const item = page?.items[0]?.itemId ?? 'ITEM'
  const like = JSON.stringify({ userId: user, itemId: item, type: 'like' })
  return [
    '',
    `Explore serves on ${url}   (${items} items, ${bundle === null ? 'no models yet' : `bundle ${bundle}`}, home ${home})`,
    ...problems.map(problem => `  problem: ${problem}`),
    '',
    `  see pages        ${url}/`,
    `  a page, raw      curl '${url}/v1/explore/${user}?limit=10'`,
    `  why these        curl '${url}/v1/explore/${user}?limit=3&explain=true'`,
    `  send a like      curl -H 'content-type: application/json' -d '${like}' ${url}/v1/events`,
    `  API reference    ${url}/docs`,
    `  in the terminal  npx explore page ${user} --explain`,
    '',
    'Ctrl-C stops it; nothing acknowledged is lost.',
    '',
  ].join('\n')
}

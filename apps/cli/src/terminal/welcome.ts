import { resolve } from 'node:path'
import type { Home } from '@explore/embedded'
import type { ExploreService } from '@explore/explore'

/** What to open next, with ids that exist; lines that fit a terminal of 80 columns. */
export const welcome = async (
  service: ExploreService,
  url: string,
  home: Home,
): Promise<string> => {
  const { items, bundle, problems } = await service.health()
  const models = bundle === null ? 'no models yet' : `bundle ${bundle}`
  return [
    '',
    `Explore serves on ${url}`,
    `  ${items} items · ${models} · home ${home.path}`,
    ...(items === 0
      ? ['', ...firstSteps(url)]
      : [
          ...problems.map(problem => `  problem: ${problem}`),
          '',
          ...(await nextSteps(service, url, home)),
        ]),
    '',
    'Ctrl-C stops it; nothing acknowledged is lost.',
    '',
  ].join('\n')
}

const firstSteps = (url: string): readonly string[] => [
  `  send an item     curl -X PUT ${url}/v1/items/m1 --json '{"author":"a1"}'`,
  `  API reference    ${url}/docs`,
]

const nextSteps = async (
  service: ExploreService,
  url: string,
  home: Home,
): Promise<readonly string[]> => {
  const user = (await service.users(undefined, 1))[0]?.id ?? 'u1'
  const item = (await service.page({ userId: user, limit: 1 })).items[0]?.itemId ?? 'm1'
  const elsewhere = home.path === resolve('.explore') ? '' : ` --home ${home.path}`
  const like = JSON.stringify({ userId: user, itemId: item, type: 'like' })
  return [
    `  see pages        ${url}/`,
    `  a page, raw      curl '${url}/v1/explore/${user}?limit=10'`,
    `  why these        curl '${url}/v1/explore/${user}?explain=true'`,
    `  send a like      curl ${url}/v1/events \\`,
    `                     --json '${like}'`,
    `  API reference    ${url}/docs`,
    `  in the terminal  npx explore page ${user} --explain${elsewhere}`,
  ]
}

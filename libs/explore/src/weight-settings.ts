import { number } from './setting.ts'
import { GROUPS, type Group, HEADS, type Head, SOURCES, type SourceName } from './types.ts'

/** Default mix: weight of each source by group [new, casual, heavy]; shares are weights over their sum. */
const SOURCE_WEIGHTS: Record<SourceName, readonly [number, number, number]> = {
  'two-tower': [4, 7, 8],
  similar: [2, 3, 4],
  'long-term': [0, 2, 3],
  trending: [2, 1, 1],
  fresh: [1, 0.7, 0.5],
  'popular-in-group': [2, 0.5, 0.3],
  'explore-cold': [0.5, 0.5, 0.5],
}

/** Default value weights by group [new, casual, heavy]; magnitudes: the last three heads are subtracted. */
const VALUE_WEIGHTS: Record<Head, readonly [number, number, number]> = {
  click: [1, 1, 1],
  long_view: [1, 1, 1],
  like: [4, 4, 4],
  save: [8, 8, 8],
  share: [10, 10, 10],
  see_less: [30, 30, 30],
  hide_author: [40, 40, 40],
  report: [100, 100, 100],
}

type ByGroup<K extends string> = Record<`${K}.${Group}`, ReturnType<typeof number>>

const byGroup = <K extends string>(
  key: K,
  values: readonly [number, number, number],
  max: number,
  doc: string,
): ByGroup<K> =>
  Object.fromEntries(
    GROUPS.map((group, i) => [
      `${key}.${group}`,
      number(values[i]!, 0, max, 'weight', `${doc}, ${group} viewers`),
    ]),
  ) as ByGroup<K>

/** The mix of retrieval, as a viewer of each group gets it. */
export const SOURCE_WEIGHT_SETTINGS = Object.assign(
  {},
  ...SOURCES.map(name =>
    byGroup(
      `sources.${name}.weight`,
      SOURCE_WEIGHTS[name],
      1000,
      `Share of the candidates from ${name}`,
    ),
  ),
) as ByGroup<`sources.${SourceName}.weight`>

/** What the value model makes of each head. */
export const VALUE_WEIGHT_SETTINGS = Object.assign(
  {},
  ...HEADS.map(head =>
    byGroup(`value.${head}`, VALUE_WEIGHTS[head], 10_000, `Value of P(${head})`),
  ),
) as ByGroup<`value.${Head}`>

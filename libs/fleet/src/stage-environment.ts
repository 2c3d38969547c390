import { ExploreError } from '@explore/explore'
import { type StageName, STAGES } from '@explore/rpc'

type Environment = Readonly<Record<string, string | undefined>>

/** Where stages run that this process does not: a list of shards of the index, one address of each other stage. */
export type StageAddresses = { readonly [S in StageName]?: readonly string[] }

/** The environment variable of a stage's address: `first-stage` → `EXPLORE_FIRST_STAGE`. */
export const stageVariable = (stage: StageName): string =>
  `EXPLORE_${stage.toUpperCase().replaceAll('-', '_')}`

/** Stages without an address run in the process that needs them. Throws SETTING_INVALID. */
export const stageAddresses = (environment: Environment): StageAddresses => {
  const addresses: Partial<Record<StageName, readonly string[]>> = {}
  for (const stage of Object.keys(STAGES) as StageName[]) {
    const variable = stageVariable(stage)
    const text = environment[variable]?.trim()
    if (!text) continue
    const shards = text.split(';').map(address => address.trim())
    if (shards.length > 1 && stage !== 'ann-index') {
      throw new ExploreError('SETTING_INVALID', `${variable} names ${shards.length} shards`, {
        field: variable,
        hint: 'only the index has shards; several replicas are separated by commas',
      })
    }
    addresses[stage] = shards
  }
  return addresses
}

/** The shard that this process serves, of EXPLORE_SHARD: `0/2` is the first of two. Throws SETTING_INVALID. */
export const shardOf = ({ EXPLORE_SHARD: text = '0/1' }: Environment) => {
  const [, part, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  const shard = { part: Number(part), of: Number(of) }
  if (shard.part < shard.of) return shard
  throw new ExploreError('SETTING_INVALID', `EXPLORE_SHARD is ${text}`, {
    field: 'EXPLORE_SHARD',
    hint: 'write 0/2 and 1/2 for the two shards of an index',
  })
}

import { describe, expect, it } from 'vitest'
import { shardOf, stageAddresses, stageVariable } from './stage-environment.ts'
import { stageLinks } from './stage-links.ts'

describe('addresses of stages', () => {
  it('are those that the environment names, the index by shard', () => {
    const environment = {
      EXPLORE_FIRST_STAGE: 'grpc://10.0.0.1:7102,10.0.0.2:7102',
      EXPLORE_ANN_INDEX: 'grpc://a:1; grpc://b:1',
      EXPLORE_SECOND_STAGE_MTML: ' ',
      EXPLORE_HOME: 'x',
    }
    expect(stageAddresses(environment)).toEqual({
      'first-stage': ['grpc://10.0.0.1:7102,10.0.0.2:7102'],
      'ann-index': ['grpc://a:1', 'grpc://b:1'],
    })
    expect(stageVariable('value-model-rerank')).toBe('EXPLORE_VALUE_MODEL_RERANK')
  })

  it('are refused where only the index has several, and where they are none', () => {
    const refused = expect.objectContaining({ code: 'SETTING_INVALID' })
    expect(() => stageAddresses({ EXPLORE_FIRST_STAGE: 'grpc://a:1;grpc://b:1' })).toThrow(refused)
    expect(() => stageLinks({ 'first-stage': ['http://a:1'] }, Date.now)).toThrow(refused)
  })
})

describe('a shard', () => {
  it('is all of the index by default', () => {
    expect(shardOf({})).toEqual({ part: 0, of: 1 })
    expect(shardOf({ EXPLORE_SHARD: '3/4' })).toEqual({ part: 3, of: 4 })
  })

  it.each(['2/2', '-1/2', '1', '1/0', '0.5/2', 'a/b'])('cannot be %s', text => {
    expect(() => shardOf({ EXPLORE_SHARD: text })).toThrow(
      expect.objectContaining({ code: 'SETTING_INVALID', field: 'EXPLORE_SHARD' }),
    )
  })
})

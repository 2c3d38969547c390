import { COUNTERS, ExploreError, type StateWrite } from '@explore/explore'
import type { Keys } from './generation.ts'
import type { Argument, RedisLink } from './open-redis.ts'
import { memberOf } from './board-member.ts'
import { script } from './script.ts'

/**
 * Writes a batch to a shard, or nothing where the partition's watermark is another; returns the one it found. It knows
 * three operations and no meaning: put bytes, remove them, add numbers. Counter rows are f64, little-endian; a row grows with its
 * fields. Numbers of boards go through as text: Redis adds them as f64.
 */
const APPLY = script(`
local watermarks, index, boards = KEYS[1], KEYS[2], KEYS[3]
local partition, expected, watermark, idle = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local users, rows, capacity = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local removed = tonumber(ARGV[8])

local stored = redis.call('HGET', watermarks, partition) or '0'
if stored ~= expected then return tonumber(stored) end

local key, at = 4, 9
for _ = 1, users do
  if idle == '0' then redis.call('SET', KEYS[key], ARGV[at + 1])
  else redis.call('SET', KEYS[key], ARGV[at + 1], 'PX', idle) end
  redis.call('ZADD', index, 0, ARGV[at])
  key, at = key + 1, at + 2
end
for _ = 1, removed do
  redis.call('UNLINK', KEYS[key])
  redis.call('ZREM', index, ARGV[at])
  key, at = key + 1, at + 1
end

local function sum(row, deltas)
  local missing = #deltas - #row
  if missing > 0 then row = row .. string.rep('\\0', missing)
  else deltas = deltas .. string.rep('\\0', -missing) end
  local sums = {}
  for i = 1, #row, 8 do
    sums[#sums + 1] = struct.pack('<d', struct.unpack('<d', row, i) + struct.unpack('<d', deltas, i))
  end
  return table.concat(sums)
end
for _ = 1, rows do
  local row = redis.call('GET', KEYS[key])
  redis.call('SET', KEYS[key], row and sum(row, ARGV[at]) or ARGV[at])
  key, at = key + 1, at + 1
end

while KEYS[key] do
  local board, members = KEYS[key], tonumber(ARGV[at + 1])
  redis.call('SADD', boards, ARGV[at])
  for member = at + 2, at + 1 + 2 * members, 2 do
    redis.call('ZINCRBY', board, ARGV[member + 1], ARGV[member])
  end
  local size = redis.call('ZCARD', board)
  if size > capacity then
    redis.call('ZREMRANGEBYRANK', board, 0, size - math.floor(capacity * 0.9) - 1)
  end
  key, at = key + 1, at + 2 + 2 * members
end

redis.call('HSET', watermarks, partition, watermark)
return tonumber(expected)
`)

/** Rejects with WATERMARK_MISMATCH where the shard holds another watermark of the partition, and writes nothing then. */
export const applyWrite = async (
  link: RedisLink,
  keys: Keys,
  { partition = 0, expected, watermark, users, counters, boards }: StateWrite,
  boardCapacity: number,
): Promise<void> => {
  const shard = partition % keys.shards
  const names = [keys.watermarks(shard), keys.index(shard), keys.boards(shard)]
  const put = users.flatMap(([id, state]) => (state === undefined ? [] : [[id, state] as const]))
  const removed = users.flatMap(([id, state]) => (state === undefined ? [id] : []))
  const args: Argument[] = [partition, expected, watermark, link.target.idleMs, put.length]
  const rows = rowsOf(counters)
  args.push(rows.size, boardCapacity, removed.length)
  for (const [id, state] of put) {
    names.push(keys.user(shard, id))
    args.push(id, state)
  }
  for (const id of removed) {
    names.push(keys.user(shard, id))
    args.push(id)
  }
  for (const [item, deltas] of rows) {
    names.push(keys.counters(shard, item))
    args.push(new Uint8Array(deltas.buffer))
  }
  for (const [name, members] of Map.groupBy(boards, add => add.board)) {
    names.push(keys.board(shard, name))
    args.push(name, members.length)
    for (const { item, delta } of members) args.push(memberOf(item), `${delta}`)
  }
  const stored = await link.run(APPLY, names, args)
  if (stored !== expected) {
    throw new ExploreError('WATERMARK_MISMATCH', `the watermark is ${stored}, not ${expected}`)
  }
}

const rowsOf = (adds: StateWrite['counters']): ReadonlyMap<number, Float64Array<ArrayBuffer>> => {
  const rows = new Map<number, Float64Array<ArrayBuffer>>()
  for (const { item, field, delta } of adds) {
    let row = rows.get(item)
    if (row === undefined) rows.set(item, (row = new Float64Array(COUNTERS)))
    row[field]! += delta
  }
  return rows
}

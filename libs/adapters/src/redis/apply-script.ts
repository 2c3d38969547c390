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
local removed, fields = tonumber(ARGV[8]), tonumber(ARGV[9])

local stored = redis.call('HGET', watermarks, partition) or '0'
if stored ~= expected then return tonumber(stored) end

-- What calls cost is there being many: as few as can be, of as much as Lua passes on at once.
local most = 1000
local function each(count, work)
  for first = 1, count, most do work(first, math.min(first + most - 1, count)) end
end

local key, at = 3, 9
each(users, function(first, last)
  local states, ids = {}, {}
  for i = first, last do
    local id, state = ARGV[at + 2 * i - 1], ARGV[at + 2 * i]
    if idle == '0' then
      states[#states + 1] = KEYS[key + i]
      states[#states + 1] = state
    else redis.call('SET', KEYS[key + i], state, 'PX', idle) end
    ids[#ids + 1] = 0
    ids[#ids + 1] = id
  end
  if idle == '0' then redis.call('MSET', unpack(states)) end
  redis.call('ZADD', index, unpack(ids))
end)
key, at = key + users, at + 2 * users
each(removed, function(first, last)
  redis.call('UNLINK', unpack(KEYS, key + first, key + last))
  redis.call('ZREM', index, unpack(ARGV, at + first, at + last))
end)
key, at = key + removed, at + removed

-- A sum is put between what is left as it is: most events change two of a row's numbers.
local function sum(row, deltas)
  local missing = fields * 8 - #row
  if missing > 0 then row = row .. string.rep('\\0', missing) end
  local parts, from = {}, 1
  for i = 1, #deltas, 9 do
    local to = string.byte(deltas, i) * 8 + 1
    local added = struct.unpack('<d', row, to) + struct.unpack('<d', deltas, i + 1)
    parts[#parts + 1] = string.sub(row, from, to - 1)
    parts[#parts + 1] = struct.pack('<d', added)
    from = to + 8
  end
  parts[#parts + 1] = string.sub(row, from)
  return table.concat(parts)
end
each(rows, function(first, last)
  local sums = redis.call('MGET', unpack(KEYS, key + first, key + last))
  local put = {}
  for i = first, last do
    put[#put + 1] = KEYS[key + i]
    put[#put + 1] = sum(sums[i - first + 1] or '', ARGV[at + i])
  end
  redis.call('MSET', unpack(put))
end)
key, at = key + rows + 1, at + rows + 1

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
  args.push(rows.size, boardCapacity, removed.length, COUNTERS)
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
    args.push(deltas)
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

/** By item, what to add: the field's number in a byte, then the f64; each field once. */
const rowsOf = (adds: StateWrite['counters']): ReadonlyMap<number, Uint8Array> => {
  const sums = new Map<number, Float64Array>()
  for (const { item, field, delta } of adds) {
    let row = sums.get(item)
    if (row === undefined) sums.set(item, (row = new Float64Array(COUNTERS)))
    row[field]! += delta
  }
  const bytes = Buffer.allocUnsafe(9 * adds.length)
  let end = 0
  const rows = new Map<number, Uint8Array>()
  for (const [item, row] of sums) {
    const start = end
    for (let field = 0; field < COUNTERS; field++) {
      if (row[field] === 0) continue
      end = bytes.writeUInt8(field, end)
      end = bytes.writeDoubleLE(row[field]!, end)
    }
    rows.set(item, bytes.subarray(start, end))
  }
  return rows
}

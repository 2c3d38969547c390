import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

/** Where a sorter's runs are in its file: with it another process can read them. */
export interface Spilled {
  readonly runs: readonly (readonly Block[])[]
  readonly length: number
}

/** A stretch of the spill file that holds one JSON array of records. */
interface Block {
  readonly offset: number
  readonly length: number
}

/** What is left to merge of one sorted run: the block in hand, and where the next ones are. */
interface Cursor<T> {
  readonly run: number
  readonly blocks: readonly Block[]
  block: number
  records: readonly T[]
  at: number
}

const BLOCK_RECORDS = 500
const BATCH_RECORDS = 1_000

/** Sifts the first cursor down to its place: each is before its two children. */
const siftDown = <T>(heap: T[], before: (a: T, b: T) => boolean, from = 0): void => {
  for (let parent = from; ;) {
    let least = parent
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && before(heap[child]!, heap[least]!)) least = child
    }
    if (least === parent) return
    ;[heap[parent], heap[least]] = [heap[least]!, heap[parent]!]
    parent = least
  }
}

/**
 * Sorts more records than fit in memory by a number each, stably: full loads are sorted and
 * spilled to a file as runs, and the runs merged. Holds `inMemory` records while it is filled, and
 * a block of each run while it is read. Records must survive JSON.
 */
export class SpillSort<T> {
  readonly #path: string
  readonly #key: (record: T) => number
  readonly #inMemory: number
  readonly #runs: (readonly Block[])[] = []
  #load: T[] = []
  #file: FileHandle | undefined
  #end = 0
  #length = 0

  constructor(path: string, key: (record: T) => number, inMemory = 100_000) {
    this.#path = path
    this.#key = key
    this.#inMemory = inMemory
  }

  /** The sorter that was sealed, to be read only. */
  static async open<T>(
    path: string,
    key: (record: T) => number,
    { runs, length }: Spilled,
  ): Promise<SpillSort<T>> {
    const sorter = new SpillSort<T>(path, key)
    sorter.#runs.push(...runs)
    sorter.#length = length
    if (runs.length > 0) sorter.#file = await open(path, 'r')
    return sorter
  }

  /** How many records were added. */
  get length(): number {
    return this.#length
  }

  async add(records: readonly T[]): Promise<void> {
    for (const record of records) this.#load.push(record)
    this.#length += records.length
    if (this.#load.length >= this.#inMemory) await this.#spill()
  }

  /** Puts all that was added on disk, safe from a crash; nothing is added from then on. */
  async seal(): Promise<Spilled> {
    if (this.#load.length > 0) await this.#spill()
    await this.#file?.sync()
    return { runs: this.#runs, length: this.#length }
  }

  /** The records in order, in batches; once. */
  async *sorted(): AsyncGenerator<readonly T[]> {
    const heap: Cursor<T>[] = []
    for (const [run, blocks] of this.#runs.entries()) {
      heap.push({ run, blocks, block: 0, records: await this.#read(blocks[0]!), at: 0 })
    }
    if (this.#load.length > 0) {
      heap.push({ run: heap.length, blocks: [], block: 0, records: this.#sortedLoad(), at: 0 })
    }

    const keyOf = ({ records, at }: Cursor<T>): number => this.#key(records[at]!)
    const before = (a: Cursor<T>, b: Cursor<T>): boolean => {
      const order = keyOf(a) - keyOf(b)
      return order < 0 || (order === 0 && a.run < b.run)
    }
    for (let i = heap.length >> 1; i >= 0; i--) siftDown(heap, before, i)

    let batch: T[] = []
    while (heap.length > 0) {
      const cursor = heap[0]!
      batch.push(cursor.records[cursor.at++]!)
      if (batch.length === BATCH_RECORDS) {
        yield batch
        batch = []
      }
      if (cursor.at === cursor.records.length && !(await this.#refill(cursor))) {
        const last = heap.pop()!
        if (heap.length > 0) heap[0] = last
      }
      siftDown(heap, before)
    }
    if (batch.length > 0) yield batch
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  #sortedLoad(): readonly T[] {
    const key = this.#key
    const load = this.#load.sort((a, b) => key(a) - key(b))
    this.#load = []
    return load
  }

  async #spill(): Promise<void> {
    this.#file ??= await open(this.#path, 'wx+')
    const load = this.#sortedLoad()
    const blocks: Block[] = []
    for (let i = 0; i < load.length; i += BLOCK_RECORDS) {
      const bytes = Buffer.from(JSON.stringify(load.slice(i, i + BLOCK_RECORDS)))
      await this.#file.appendFile(bytes)
      blocks.push({ offset: this.#end, length: bytes.length })
      this.#end += bytes.length
    }
    this.#runs.push(blocks)
  }

  async #read({ offset, length }: Block): Promise<readonly T[]> {
    const { buffer } = await this.#file!.read(Buffer.alloc(length), 0, length, offset)
    return JSON.parse(buffer.toString()) as T[]
  }

  async #refill(cursor: Cursor<T>): Promise<boolean> {
    const next = cursor.blocks[++cursor.block]
    if (next === undefined) return false
    cursor.records = await this.#read(next)
    cursor.at = 0
    return true
  }
}

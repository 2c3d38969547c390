import type { Id, Item } from './types.ts'
import { authorKey, bucket, topicKey } from './hash.ts'

export const ITEM_TOPICS = 4
export const ITEM_ATTRIBUTES = 4
export const ITEM_ATTRIBUTE_BUCKETS = 8192

/** Bits of `Catalogue.flags`. */
export const HIDDEN = 1
export const NOT_RECOMMENDABLE = 2
/** Named by an event before it was described: never served. */
export const PLACEHOLDER = 4

/** One item as the store keeps it; `item` is null for an ordinal whose item was deleted. */
export interface ItemRecord {
  readonly ordinal: number
  readonly id: Id
  /** null: deleted, or not described yet (`placeholder`). */
  readonly item: Item | null
  readonly placeholder?: boolean
}

/**
 * The replica of all items that every process keeps, as columns by ordinal.
 * An ordinal is dense, given once and never reused: it is the item's label in every index and model.
 */
export class Catalogue {
  /** Ordinals given so far; columns are valid below it. */
  size = 0
  /** The store's version that this replica has caught up with. */
  version = 0
  authors = new Uint32Array(0)
  /** Row-major [size, ITEM_TOPICS], most specific first, 0 = none. */
  topics = new Uint16Array(0)
  /** Row-major [size, ITEM_ATTRIBUTES] buckets, 0 = none. */
  attributes = new Uint16Array(0)
  /** Milliseconds since the epoch, 0 = unknown. */
  createdAt = new Float64Array(0)
  /** Milliseconds, 0 = unknown. */
  durations = new Float32Array(0)
  flags = new Uint8Array(0)
  risks = new Float32Array(0)
  readonly #ordinals = new Map<Id, number>()
  readonly #ids: Id[] = []

  /** The item's ordinal, or undefined for an id never seen. */
  ordinal(id: Id): number | undefined {
    return this.#ordinals.get(id)
  }

  /** The id behind an ordinal below `size`. */
  id(ordinal: number): Id {
    const id = this.#ids[ordinal]
    if (id === undefined) throw new RangeError(`ordinal ${ordinal} is not below ${this.size}`)
    return id
  }

  /** Whether the item may be shown at all. */
  servable(ordinal: number): boolean {
    return ordinal < this.size && this.flags[ordinal] === 0
  }

  /** Takes over changed records, in the store's order, and the version that they lead to. */
  apply(records: readonly ItemRecord[], version: number): void {
    const last = records.reduce((max, record) => Math.max(max, record.ordinal), this.size - 1)
    this.#reserve(last + 1)
    for (const record of records) this.#set(record)
    this.size = Math.max(this.size, last + 1)
    this.version = version
  }

  #set({ ordinal, id, item, placeholder }: ItemRecord): void {
    this.#ordinals.set(id, ordinal)
    this.#ids[ordinal] = id
    this.topics.fill(0, ordinal * ITEM_TOPICS, (ordinal + 1) * ITEM_TOPICS)
    this.attributes.fill(0, ordinal * ITEM_ATTRIBUTES, (ordinal + 1) * ITEM_ATTRIBUTES)
    // A replica that saw the item before it went must not know more than one that starts now.
    this.authors[ordinal] = item === null ? 0 : authorKey(item.author)
    this.createdAt[ordinal] = item?.createdAt ?? 0
    this.durations[ordinal] = item?.durationMs ?? 0
    this.risks[ordinal] = item?.integrityRisk ?? 0
    if (item === null) {
      this.flags[ordinal] = placeholder ? PLACEHOLDER : HIDDEN
      return
    }
    item.topics?.slice(0, ITEM_TOPICS).forEach((topic, i) => {
      this.topics[ordinal * ITEM_TOPICS + i] = topicKey(topic)
    })
    Object.entries(item.attributes ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, ITEM_ATTRIBUTES)
      .forEach(([name, value], i) => {
        const at = ordinal * ITEM_ATTRIBUTES + i
        this.attributes[at] = bucket(`${name}=${value}`, ITEM_ATTRIBUTE_BUCKETS)
      })
    this.flags[ordinal] =
      (item.hidden ? HIDDEN : 0) | (item.recommendable === false ? NOT_RECOMMENDABLE : 0)
  }

  #reserve(size: number): void {
    if (size <= this.flags.length) return
    const capacity = Math.max(1024, 2 ** Math.ceil(Math.log2(size)))
    const grow = <T extends Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array>(
      old: T,
      width = 1,
    ): T => {
      const grown = new (old.constructor as new (length: number) => T)(capacity * width)
      grown.set(old)
      return grown
    }
    this.authors = grow(this.authors)
    this.topics = grow(this.topics, ITEM_TOPICS)
    this.attributes = grow(this.attributes, ITEM_ATTRIBUTES)
    this.createdAt = grow(this.createdAt)
    this.durations = grow(this.durations)
    this.flags = grow(this.flags)
    this.risks = grow(this.risks)
  }
}

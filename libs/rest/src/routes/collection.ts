import {
  type ErrorCode,
  ExploreError,
  type ExploreService,
  type Id,
  type Item,
  type User,
} from '@explore/explore'
import type { TSchema } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { listRoute } from './list-route.ts'
import { recordRoutes } from './record-routes.ts'

/** All that items and users differ in. */
export interface Collection<T extends Item | User> {
  /** `item`: the routes are /v1/items and /v1/items/:itemId. */
  readonly name: 'item' | 'user'
  readonly unknown: ErrorCode
  readonly example: Id
  readonly schema: TSchema
  readonly listSchema: TSchema
  /** A record of a batch, and one whose id is in the path. */
  readonly input: TSchema
  readonly body: TSchema
  /** The operations, as the request's caller may use them. */
  readonly operations: (service: ExploreService) => Operations<T>
}

interface Operations<T> {
  readonly put: (records: readonly T[]) => Promise<void>
  readonly get: (id: Id) => Promise<T | undefined>
  readonly list: (after: Id | undefined, limit: number) => Promise<readonly T[]>
  readonly remove: (ids: readonly Id[]) => Promise<readonly Id[]>
}

/** PUT, GET and DELETE of a collection's records, one by one and in bulk. */
export const collectionRoutes = <T extends Item | User>(edge: Edge, of: Collection<T>): void => {
  recordRoutes(edge, of)
  bulkRoutes(edge, of)
  listRoute(edge, of)
}

/** `item` → `Item`, as operations and schemas are named. */
export const titled = (name: string): string => name[0]!.toUpperCase() + name.slice(1)

export const unknownRecord = (of: { name: string; unknown: ErrorCode }, id: Id): ExploreError =>
  new ExploreError(of.unknown, `there is no ${of.name} ${id}`)

import type { ExploreService } from '@explore/explore'
import type { TSchema } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { eventSchema, receiptSchema, verdictSchema } from '../schemas/event.ts'
import { itemBodySchema, itemInputSchema, itemListSchema, itemSchema } from '../schemas/item.ts'
import {
  changesSchema,
  healthSchema,
  liveSchema,
  settingSchema,
  settingsSchema,
} from '../schemas/operations.ts'
import {
  absenceSchema,
  explanationSchema,
  pageItemSchema,
  pageSchema,
  stepSchema,
} from '../schemas/page.ts'
import { batchProblemSchema, problemSchema } from '../schemas/problem.ts'
import { userBodySchema, userInputSchema, userListSchema, userSchema } from '../schemas/user.ts'
import { deletedSchema, writtenSchema } from './bulk-routes.ts'
import { collectionRoutes } from './collection.ts'
import { eventRoutes } from './events.ts'
import { exploreRoutes } from './explore.ts'
import { healthRoutes } from './health.ts'
import { openapiRoute } from './openapi.ts'
import { settingRoutes } from './settings.ts'

/** Schemas that others name: the components of the document. */
export const sharedSchemas: readonly TSchema[] = [
  ...[explanationSchema, pageItemSchema, stepSchema, absenceSchema, pageSchema],
  ...[eventSchema, verdictSchema, receiptSchema],
  ...[itemSchema, itemListSchema, itemInputSchema, itemBodySchema],
  ...[userSchema, userListSchema, userInputSchema, userBodySchema],
  ...[writtenSchema, deletedSchema],
  ...[settingSchema, settingsSchema, changesSchema, liveSchema, healthSchema],
  ...[problemSchema, batchProblemSchema],
]

/** Every route of the API. */
export const routes = (edge: Edge, service: ExploreService, version: string): void => {
  exploreRoutes(edge, service)
  eventRoutes(edge, service)
  collectionRoutes(edge, {
    name: 'item',
    unknown: 'ITEM_UNKNOWN',
    example: 'm42',
    ...{
      schema: itemSchema,
      listSchema: itemListSchema,
      input: itemInputSchema,
      body: itemBodySchema,
    },
    ...{ put: service.putItems, get: service.item },
    ...{ list: service.items, remove: service.deleteItems },
  })
  collectionRoutes(edge, {
    name: 'user',
    unknown: 'USER_UNKNOWN',
    example: 'u712',
    ...{
      schema: userSchema,
      listSchema: userListSchema,
      input: userInputSchema,
      body: userBodySchema,
    },
    ...{ put: service.putUsers, get: service.user },
    ...{ list: service.users, remove: service.deleteUsers },
  })
  settingRoutes(edge, service)
  healthRoutes(edge, service, version)
  openapiRoute(edge)
}

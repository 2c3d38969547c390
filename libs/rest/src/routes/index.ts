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
import { forgottenSchema, userExportSchema } from '../schemas/privacy.ts'
import { batchProblemSchema, problemSchema } from '../schemas/problem.ts'
import { userBodySchema, userInputSchema, userListSchema, userSchema } from '../schemas/user.ts'
import { deletedSchema, writtenSchema } from './bulk-routes.ts'
import { collectionRoutes } from './collection.ts'
import { eventRoutes } from './events.ts'
import { exploreRoutes } from './explore.ts'
import { privacyRoutes } from './privacy.ts'
import { settingRoutes } from './settings.ts'

export { healthRoutes } from './health.ts'
export { metricsRoute } from './metrics.ts'
export { openapiRoute } from './openapi.ts'

/** Schemas that others name: the components of the document. */
export const sharedSchemas: readonly TSchema[] = [
  ...[explanationSchema, pageItemSchema, stepSchema, absenceSchema, pageSchema],
  ...[eventSchema, verdictSchema, receiptSchema],
  ...[itemSchema, itemListSchema, itemInputSchema, itemBodySchema],
  ...[userSchema, userListSchema, userInputSchema, userBodySchema],
  ...[forgottenSchema, userExportSchema, writtenSchema, deletedSchema],
  ...[settingSchema, settingsSchema, changesSchema, liveSchema, healthSchema],
  ...[problemSchema, batchProblemSchema],
]

/** Every route that asks who calls. */
export const routes = (edge: Edge): void => {
  exploreRoutes(edge)
  eventRoutes(edge)
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
    operations: service => ({
      ...{ put: service.putItems, get: service.item },
      ...{ list: service.items, remove: service.deleteItems },
    }),
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
    operations: service => ({
      ...{ put: service.putUsers, get: service.user },
      ...{ list: service.users, remove: service.deleteUsers },
    }),
  })
  privacyRoutes(edge)
  settingRoutes(edge)
}

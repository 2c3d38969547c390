import type { ExploreService } from '@explore/explore'
import type { Edge } from '../edge.ts'
import { restServer, type RestOptions } from '../rest-server.ts'
import { fakeService } from './fake-service.ts'

/** A server over a fake, of which `parts` replace some operations. */
export const edgeOf = (
  parts: Partial<ExploreService> = {},
  options: Partial<RestOptions> = {},
): Edge =>
  restServer({ ...fakeService(), ...parts }, { version: '0.1.0', now: () => 0, ...options })

export { fakeService } from './fake-service.ts'
export { heapInUse } from './heap.ts'
export { instantService } from './instant-service.ts'
export { type Mutator, mutator } from './mutate.ts'

export * from './authority.ts'
export * from './raw-caller.ts'

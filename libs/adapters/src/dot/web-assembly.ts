/** Memory that WASM and all threads that were sent it see alike. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer
  /** Adds pages of 64 KiB, atomically; returns how many there were before. */
  readonly grow: (pages: number) => number
}

/** As much of WebAssembly as is used here: neither ES nor Node types declare it. */
interface WebAssemblyApi {
  readonly validate: (bytes: Uint8Array) => boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
  readonly Memory: new (limits: {
    readonly initial: number
    readonly maximum: number
    readonly shared: true
  }) => WasmMemory
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly

export const PAGE = 65_536
/** 4 GiB, all that 32-bit addresses reach. Address space only: a page takes memory once it is written. */
export const MAX_PAGES = 65_536

/** A bundle's id is when it was begun: 20261123-164157. */
export const bundleId = (time: number): string =>
  new Date(time).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)

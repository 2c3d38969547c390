/** A package of package-lock.json. */
export interface Locked {
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
}

export interface AllowedLicences {
  readonly shipped: readonly string[]
  readonly development: readonly string[]
  /** By name, read in the package itself: older ones tell it where the lock does not look. */
  readonly untold: Readonly<Record<string, string>>
}

/** Packages of others whose licence is not allowed for what they are used for: `path: licence`. */
export const strangeLicences = (
  packages: Readonly<Record<string, Locked>>,
  allowed: AllowedLicences,
): readonly string[] =>
  Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { license, dev }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return { path, dev, licence: license ?? allowed.untold[name] ?? 'no licence' }
    })
    .filter(({ licence, dev }) => {
      const may = dev ? [...allowed.shipped, ...allowed.development] : allowed.shipped
      return !may.includes(licence)
    })
    .map(({ path, licence }) => `${path}: ${licence}`)

/** A package of package-lock.json. */
export interface Locked {
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
}

/** Packages of others whose licence is not allowed for what they are used for: `path: licence`. */
export const strangeLicences = (
  packages: Readonly<Record<string, Locked>>,
  allowed: { readonly shipped: readonly string[]; readonly development: readonly string[] },
): readonly string[] =>
  Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .filter(([, { license, dev }]) => {
      const may = dev ? [...allowed.shipped, ...allowed.development] : allowed.shipped
      return license === undefined || !may.includes(license)
    })
    .map(([path, { license = 'no licence' }]) => `${path}: ${license}`)

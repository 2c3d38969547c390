import { openBundleStore, promoteBundle, pullBundle } from '@explore/adapters'
import { bundleNamed, publishBundle, storeKey, surveyBundles } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { type CommonOptions, report } from '../../context.ts'

/** Puts a bundle of the home into the store of bundles; servers that follow it take it over. */
export const push = (name: string, options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => {
      const { id } = bundleNamed(await surveyBundles(home), name)
      const published = await publishBundle(home, id, process.env)
      if (published === undefined) throw noStore()
      return { bundle: id, ...published }
    },
    ({ bundle, store, sent }) =>
      sent.length === 0
        ? `bundle ${bundle} was in ${store} already, and serves`
        : `bundle ${bundle} is in ${store}, and serves: ${sent.length} files`,
  )

/** Fetches a bundle from the store, checks it and has it serve here. An empty store is no failure: nothing was trained yet. */
export const pull = (name: string | undefined, options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => {
      const store = await openBundleStore(process.env)
      if (store === undefined) throw noStore()
      try {
        const bundle = name ?? (await store.current()) ?? null
        if (bundle === null) return { bundle, store: store.name, fetched: false }
        const fetched = await pullBundle(store, home.bundles, bundle, await storeKey(home))
        await promoteBundle(home.bundles, bundle)
        return { bundle, store: store.name, fetched }
      } finally {
        store.close()
      }
    },
    ({ bundle, store, fetched }) => {
      if (bundle === null) return `${store} has no bundle yet`
      return `bundle ${bundle} ${fetched ? `was fetched from ${store}` : 'was here already'}, and serves`
    },
  )

const noStore = (): ExploreError =>
  new ExploreError('USAGE', 'EXPLORE_BUNDLES names no store of bundles', {
    hint: 'EXPLORE_BUNDLES=s3://bucket/prefix, see docs/bundles.md',
  })

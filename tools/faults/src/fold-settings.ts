/** Settings under which processors and oracle fold alike. */
export const FOLD_SETTINGS = { 'state.seen': 100 } as const

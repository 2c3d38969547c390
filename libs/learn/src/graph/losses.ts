import { misuse, sameShape, show } from './dims.ts'
import type { ElementwiseOps } from './elementwise.ts'
import type { ReduceOps } from './reduce.ts'
import type { Tensor } from './types.ts'

/** Losses per example; the caller weighs and averages them. */
export const losses = ({ mul, sub, neg, softplus }: ElementwiseOps, reduce: ReduceOps) => ({
  /** −y·log σ(z) − (1 − y)·log(1 − σ(z)) per element, stable for any logit; labels in [0, 1]. */
  bceWithLogits: (logits: Tensor, labels: Tensor): Tensor => {
    if (!sameShape(logits.shape, labels.shape)) {
      throw misuse(`logits ${show(logits.shape)}, labels ${show(labels.shape)}`)
    }
    return sub(softplus(logits), mul(logits, labels))
  },
  /** −Σ target · log softmax(logits) along the last axis; targets are distributions. */
  crossEntropy: (logits: Tensor, target: Tensor): Tensor =>
    neg(reduce.reduceSum(mul(reduce.logSoftmax(logits), target), { axes: [-1] })),
})

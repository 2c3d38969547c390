"""JAX twins of the models: python twin.py FOLDER prints how far each case in it is from what JAX computes.

A twin is built from the model's own loss graph, operator by operator, on JAX's implementations; its
gradients are JAX's, and its optimisers are written anew. So the kernels, the gradients and the optimisers
of libs/learn are each checked against independent ones.
"""

import json
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from onnx import numpy_helper


def attributes_of(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def reshape(x, shape):
    target = [x.shape[i] if n == 0 else int(n) for i, n in enumerate(shape)]
    return x.reshape(target)


def layer_norm(x, scale, bias, a):
    mean = x.mean(-1, keepdims=True)
    inverse = 1 / jnp.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + a.get("epsilon", 1e-5))
    return (x - mean) * inverse * scale + bias


def gemm(a, x, y, bias=0):
    return (x.T if a.get("transA") else x) @ (y.T if a.get("transB") else y) + bias


def axes(a, given):
    chosen = a.get("axes") if not given else [int(i) for i in given[0]]
    return {"axis": tuple(chosen) if chosen else None, "keepdims": bool(a.get("keepdims", 1))}


def split(x, sizes, axis):
    return tuple(jnp.split(x, np.cumsum(sizes)[:-1].tolist(), axis))


def slice_of(x, starts, ends, which):
    for start, end, axis in zip(starts, ends, which):
        x = jax.lax.slice_in_dim(x, int(start), int(end), axis=int(axis))
    return x


def concat(a, *parts):
    # Shapes are known in a run, and stay outside of what is differentiated.
    known = all(isinstance(p, np.ndarray) for p in parts)
    return (np if known else jnp).concatenate(parts, a["axis"])


TYPES = {1: jnp.float32, 6: jnp.int32, 7: np.int64, 9: jnp.bool_}

OPERATORS = {
    "Abs": lambda a, x: jnp.abs(x),
    "Add": lambda a, x, y: x + y,
    "Cast": lambda a, x: x.astype(TYPES[a["to"]]),
    "Clip": lambda a, x, low, high: jnp.clip(x, low, high),
    "Concat": concat,
    "ConstantOfShape": lambda a, shape: jnp.zeros([int(n) for n in shape], jnp.float32),
    "Div": lambda a, x, y: x / y,
    "Equal": lambda a, x, y: x == y,
    "Exp": lambda a, x: jnp.exp(x),
    "Expand": lambda a, x, shape: jnp.broadcast_to(
        x, np.broadcast_shapes(x.shape, tuple(int(n) for n in shape))
    ),
    "EyeLike": lambda a, x: jnp.eye(x.shape[0], x.shape[1], dtype=x.dtype),
    "Gather": lambda a, x, ids: jnp.take(x, ids, axis=a.get("axis", 0)),
    "Gemm": gemm,
    "Greater": lambda a, x, y: x > y,
    "Identity": lambda a, x: x,
    "Less": lambda a, x, y: x < y,
    "LayerNormalization": lambda a, x, scale, bias: layer_norm(x, scale, bias, a),
    "Log": lambda a, x: jnp.log(x),
    "LogSoftmax": lambda a, x: jax.nn.log_softmax(x, a.get("axis", -1)),
    "MatMul": lambda a, x, y: x @ y,
    "Mul": lambda a, x, y: x * y,
    "Neg": lambda a, x: -x,
    "Not": lambda a, x: ~x,
    "OneHot": lambda a, ids, depth, values: jnp.where(
        jax.nn.one_hot(ids, int(depth[0])) > 0, values[1], values[0]
    ),
    "Pow": lambda a, x, y: x**y,
    "ReduceMean": lambda a, x, *given: jnp.mean(x, **axes(a, given)),
    "ReduceSum": lambda a, x, *given: jnp.sum(x, **axes(a, given)),
    "Relu": lambda a, x: jnp.maximum(x, 0),
    "Reshape": lambda a, x, shape: reshape(x, shape),
    "Shape": lambda a, x: np.array(x.shape[a.get("start", 0) : a.get("end")], np.int64),
    "Sigmoid": lambda a, x: jax.nn.sigmoid(x),
    "Sign": lambda a, x: jnp.sign(x),
    "Size": lambda a, x: np.array(x.size, np.int64),
    "Slice": lambda a, x, starts, ends, which: slice_of(x, starts, ends, which),
    "Softmax": lambda a, x: jax.nn.softmax(x, a.get("axis", -1)),
    "Softplus": lambda a, x: jax.nn.softplus(x),
    "Split": lambda a, x, sizes: split(x, sizes, a.get("axis", 0)),
    "Sqrt": lambda a, x: jnp.sqrt(x),
    "Sub": lambda a, x, y: x - y,
    "Tanh": lambda a, x: jnp.tanh(x),
    "Transpose": lambda a, x: jnp.transpose(x, a["perm"]),
    "Where": lambda a, mask, x, y: jnp.where(mask, x, y),
}


def loss_of(model, parameters, feeds):
    """The loss of an ONNX graph, traceable by JAX in `parameters`."""
    values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    values |= feeds | parameters
    for node in model.graph.node:
        out = OPERATORS[node.op_type](attributes_of(node), *(values[name] for name in node.input))
        outs = out if isinstance(out, tuple) else (out,)
        values |= dict(zip(node.output, outs))
    return values["loss"]


class Adam:
    """Adam; of a table the rows that a step reads, each with a step count of its own."""

    def __init__(self, shape, rate, beta1, beta2, epsilon, **_):
        self.mean, self.square = np.zeros(shape), np.zeros(shape)
        self.steps = np.zeros([shape[0]] + [1] * (len(shape) - 1))
        self.rate, self.beta1, self.beta2, self.epsilon = rate, beta1, beta2, epsilon

    def update(self, values, gradient, rows):
        self.steps[rows] += 1
        t = self.steps[rows]
        g = gradient[rows]
        self.mean[rows] = self.beta1 * self.mean[rows] + (1 - self.beta1) * g
        self.square[rows] = self.beta2 * self.square[rows] + (1 - self.beta2) * g * g
        mean = self.mean[rows] / (1 - self.beta1**t)
        deviation = np.sqrt(self.square[rows] / (1 - self.beta2**t))
        values = values.copy()
        values[rows] -= self.rate * mean / (deviation + self.epsilon)
        return values


def rows_read(model, table, feeds, padding):
    """Rows of a table that a step looks up, but for the padding."""
    reads = [n.input[1] for n in model.graph.node if n.op_type == "Gather" and n.input[0] == table]
    rows = np.unique(np.concatenate([np.ravel(feeds[name]) for name in reads]))
    return rows[rows != padding]


def distance(got, wanted):
    """The largest difference over the largest value."""
    return float(np.max(np.abs(got - wanted)) / max(1e-12, np.max(np.abs(wanted))))


def compare(folder):
    case = json.loads((folder / "case.json").read_text())
    blob = (folder / "arrays.bin").read_bytes()

    def load(stored):
        count = int(np.prod(stored["shape"]))
        return np.frombuffer(blob, stored["dtype"], count, stored["offset"]).reshape(stored["shape"])

    model = onnx.load(folder / "loss.onnx")
    before = {name: load(stored) for name, stored in case["before"].items()}
    trained = {name: before[name].astype(np.float64) for name in case["trained"]}
    frozen = {name: values for name, values in before.items() if name not in trained}
    masks = {name: np.float32(keep) for name, keep in case["masks"].items()}
    options = case["optimiser"]
    optimisers = {name: Adam(values.shape, **options) for name, values in trained.items()}
    report = {"loss": 0.0, "gradients": 0.0, "parameters": 0.0}
    differentiate = jax.jit(jax.value_and_grad(lambda p, f: loss_of(model, p, f)))

    for step, stored in enumerate(case["steps"]):
        feeds = {name: load(s) for name, s in stored.items()}
        floats = {name: jnp.asarray(values, jnp.float32) for name, values in trained.items()}
        loss, gradients = differentiate(floats, feeds | frozen | masks)
        gradients = {name: np.asarray(g, np.float64) for name, g in gradients.items()}
        for name, padding in case["tables"].items():
            if padding is not None:
                gradients[name][padding] = 0
        report["loss"] = max(report["loss"], abs(float(loss) / case["losses"][step] - 1))
        if step == 0:
            for name, stored_gradient in case["gradients"].items():
                off = distance(gradients[name], load(stored_gradient))
                report["gradients"] = max(report["gradients"], off)
        norm = np.sqrt(sum(np.sum(g * g) for g in gradients.values()))
        scale = min(1, options["clip"] / norm)
        for name, values in trained.items():
            rows = np.arange(values.shape[0])
            if name in case["tables"]:
                rows = rows_read(model, name, feeds, case["tables"][name])
            trained[name] = optimisers[name].update(values, gradients[name] * scale, rows)
    for name, stored in case["after"].items():
        report["parameters"] = max(report["parameters"], distance(trained[name], load(stored)))
    return report


if __name__ == "__main__":
    root = Path(sys.argv[1])
    print(json.dumps({folder.name: compare(folder) for folder in sorted(root.iterdir())}))

"""Trains two towers of retrieval on what `explore export examples` wrote, and writes them as ONNX.

    explore export examples --out data
    pip install -r requirements.txt
    python train_towers.py data towers
    explore bundle import --model retrieval-user=towers/user.onnx --model retrieval-item=towers/item.onnx

A viewer is the mean of what they engaged with, an item its id and its topics; both as unit vectors, trained by sampled
softmax over the batch (Yi et al., RecSys 2019) with Adagrad. Numpy only: the point is the format, not the model.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import pyarrow.parquet as pq
from onnx import TensorProto, helper, numpy_helper

DIMENSION, TEMPERATURE, RATE, BATCH, PASSES = 16, 0.1, 0.1, 256, 5


def column(table, name, width=None):
    """A column as an array [rows] or, of lists, [rows, width]."""
    values = table.column(name).combine_chunks()
    if width is None:
        return values.to_numpy(zero_copy_only=False)
    return values.flatten().to_numpy().reshape(-1, width)


def load(folder):
    schema = json.loads((folder / "schema.json").read_text())
    history = next(c["width"] for c in schema["files"]["requests.parquet"]["columns"] if c["name"] == "viewer.historyItems")
    topics = next(c["width"] for c in schema["files"]["items.parquet"]["columns"] if c["name"] == "item.topics")
    requests = pq.read_table(folder / "requests.parquet")
    impressions = pq.read_table(folder / "impressions.parquet")
    items = pq.read_table(folder / "items.parquet")
    clicked = np.flatnonzero(column(impressions, "click"))
    return {
        "ids": schema["vocabularies"]["item.items"],
        "buckets": schema["vocabularies"]["item.topics"],
        "history": history,
        "topics": topics,
        "history_items": column(requests, "viewer.historyItems", history),
        "history_topics": column(requests, "viewer.historyTopics", history),
        "item_topics": column(items, "item.topics", topics),
        # A positive is a viewer and an item that they clicked.
        "viewer": column(impressions, "request")[clicked],
        "item": column(impressions, "item")[clicked],
    }


def unit(x):
    length = np.sqrt((x * x).sum(1, keepdims=True) + 1e-12)
    return x / length, length


def back_through_unit(gradient, y, length):
    return (gradient - y * (gradient * y).sum(1, keepdims=True)) / length


def train(data, seed=1):
    random = np.random.default_rng(seed)
    ids = random.normal(0, 0.1, (data["ids"], DIMENSION)).astype(np.float32)
    topics = random.normal(0, 0.1, (data["buckets"], DIMENSION)).astype(np.float32)
    seen = {"ids": np.full_like(ids, 1e-6), "topics": np.full_like(topics, 1e-6)}

    def step(table, name, rows, gradient):
        """Adagrad on the rows that took part, once for each place they stood in."""
        total = np.zeros_like(table)
        np.add.at(total, rows.reshape(-1), gradient.reshape(-1, DIMENSION))
        seen[name] += total * total
        table -= RATE * total / np.sqrt(seen[name])

    count = np.bincount(data["item"], minlength=len(data["item_topics"])) + 1
    for epoch in range(PASSES):
        order = random.permutation(len(data["viewer"]))
        losses = []
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            viewer, item = data["viewer"][rows], data["item"][rows]
            past, past_topics = data["history_items"][viewer], data["history_topics"][viewer]
            own_topics = data["item_topics"][item]
            u, u_length = unit((ids[past] + topics[past_topics]).mean(1))
            v, v_length = unit(ids[item + 1] + topics[own_topics].mean(1))
            # Popular items are often among the others of a batch: log q takes that back.
            logits = u @ v.T / TEMPERATURE - np.log(count[item])[None, :]
            logits[item[:, None] == item[None, :]] = -np.inf
            np.fill_diagonal(logits, (u * v).sum(1) / TEMPERATURE - np.log(count[item]))
            p = np.exp(logits - logits.max(1, keepdims=True))
            p /= p.sum(1, keepdims=True)
            losses.append(-np.log(np.diagonal(p) + 1e-12).mean())
            p[np.arange(len(rows)), np.arange(len(rows))] -= 1
            p /= len(rows) * TEMPERATURE
            g_u = back_through_unit(p @ v, u, u_length)
            g_v = back_through_unit(p.T @ u, v, v_length)
            spread = np.repeat(g_u[:, None, :] / data["history"], data["history"], 1)
            step(ids, "ids", np.concatenate([past.reshape(-1), item + 1]), np.concatenate([spread.reshape(-1, DIMENSION), g_v]))
            of_topics = np.repeat(g_v[:, None, :] / data["topics"], data["topics"], 1)
            step(topics, "topics", np.concatenate([past_topics.reshape(-1), own_topics.reshape(-1)]), np.concatenate([spread.reshape(-1, DIMENSION), of_topics.reshape(-1, DIMENSION)]))
        print(f"pass {epoch + 1}: loss {np.mean(losses):.3f}", file=sys.stderr)
    return ids, topics


def tower(name, rows, inputs, nodes, ids, topics):
    """A model with one output, `embedding` [rows, DIMENSION]: unit vectors."""
    nodes = nodes + [
        helper.make_node("ReduceL2", ["sum", "axis"], ["length"], keepdims=1),
        helper.make_node("Max", ["length", "least"], ["divisor"]),
        helper.make_node("Div", ["sum", "divisor"], ["embedding"]),
    ]
    constants = {"ids": ids, "topics": topics, "axis": np.array([1], np.int64), "least": np.array([1e-12], np.float32)}
    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(n, TensorProto.INT32, [rows] + shape) for n, shape in inputs],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [rows, DIMENSION])],
        [numpy_helper.from_array(value, n) for n, value in constants.items() if n in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def main(folder, out):
    data = load(folder)
    ids, topics = train(data)
    out.mkdir(parents=True, exist_ok=True)
    user = tower(
        "user",
        "viewers",
        [("viewer.historyItems", [data["history"]]), ("viewer.historyTopics", [data["history"]])],
        [
            helper.make_node("Gather", ["ids", "viewer.historyItems"], ["a"]),
            helper.make_node("Gather", ["topics", "viewer.historyTopics"], ["b"]),
            helper.make_node("Add", ["a", "b"], ["c"]),
            helper.make_node("ReduceMean", ["c", "axis"], ["sum"], keepdims=0),
        ],
        ids,
        topics,
    )
    item = tower(
        "item",
        "rows",
        [("item.items", []), ("item.topics", [data["topics"]])],
        [
            helper.make_node("Gather", ["ids", "item.items"], ["a"]),
            helper.make_node("Gather", ["topics", "item.topics"], ["b"]),
            helper.make_node("ReduceMean", ["b", "axis"], ["c"], keepdims=0),
            helper.make_node("Add", ["a", "c"], ["sum"]),
        ],
        ids,
        topics,
    )
    onnx.save(user, out / "user.onnx")
    onnx.save(item, out / "item.onnx")
    print(json.dumps({"positives": len(data["viewer"]), "items": len(data["item_topics"])}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

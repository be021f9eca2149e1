"""How long an exported model takes for one photo on one core."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

WARM_UP_RUNS = 3


def measure(model: Path, runs: int) -> dict[str, float]:
    """Milliseconds of one inference with one thread: `median`, and `p10` and `p90`, the percentiles around it.

    The network alone, without resizing the photo; the input is noise, since the time does not depend on what is shown.

    Args:
        model: A `.tflite` file with one float32 input of fixed shape.
        runs: Measured inferences, after three that only warm up.
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(model), num_threads=1)
    interpreter.allocate_tensors()
    photo = interpreter.get_input_details()[0]
    noise = np.random.default_rng(0).random(tuple(photo["shape"]), dtype=np.float32)
    seconds = []
    for _ in range(WARM_UP_RUNS + runs):
        interpreter.set_tensor(photo["index"], noise)
        start = time.perf_counter()
        interpreter.invoke()
        seconds.append(time.perf_counter() - start)
    low, median, high = np.percentile(np.array(seconds[WARM_UP_RUNS:]) * 1000.0, [10, 50, 90])
    return {"median": float(median), "p10": float(low), "p90": float(high)}

"""Prints what TensorBoard itself reads from a run's folder: python tools/read_events.py FOLDER (needs tensorboard)."""

import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0})
events.Reload()
for tag in events.Tags()["scalars"]:
    print(tag, [(point.step, round(point.value, 6)) for point in events.Scalars(tag)])
for tag in events.Tags()["images"]:
    print(tag, [(image.step, image.width, image.height) for image in events.Images(tag)])
for tag in events.Tags()["tensors"]:
    print(tag, [(tensor.step, tensor.tensor_proto.string_val[0].decode()) for tensor in events.Tensors(tag)])

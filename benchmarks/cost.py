"""What statistics of very many pictures cost on a cluster: the model that CLUSTER.md writes down."""

import math
from dataclasses import dataclass

GB = 1e9
TASKS_PER_SLOT, MOST_TASKS = 4, 20_000  # as PictureFolder divides a folder


@dataclass
class Measured:
    """Constants of one core, but the last two."""

    prepare_seconds: float  # a picture, from its file to pixels
    encode_seconds: float  # a picture
    fold_seconds: float  # a picture's latents into the moments
    open_seconds: float  # the autoencoder, once an executor
    session_seconds: float  # from the command to the first task
    task_seconds: float  # a task's, besides its pictures
    merge_seconds: float  # a partition's state into another
    ship_bytes_per_second: float  # of the checkpoint, from the driver to a node
    state_bytes: int  # a partition's moments
    checkpoint_bytes: int  # what of it statistics need

    def picture_seconds(self) -> float:
        return self.prepare_seconds + self.encode_seconds + self.fold_seconds


@dataclass
class Assumed:
    """What no machine at hand can tell."""

    picture_bytes: int
    pictures_per_task: int  # at most, up to MOST_TASKS
    cores: int = 16  # of a node, a task each
    read_bytes_per_second: float = 1 * GB  # of a node, from where the pictures lie
    network_bytes_per_second: float = 1 * GB  # of a node or the driver


@dataclass
class Cost:
    pictures: int
    nodes: int
    seconds: float
    bytes_read: float
    bytes_shuffled: float
    driver_seconds: float

    def node_hours(self) -> float:
        return self.nodes * self.seconds / 3600


def cost(pictures: int, nodes: int, measured: Measured, assumed: Assumed) -> Cost:
    slots = nodes * assumed.cores
    tasks = max(min(MOST_TASKS, math.ceil(pictures / assumed.pictures_per_task)), TASKS_PER_SLOT * slots)
    # Nodes fetch the checkpoint from the driver together.
    ship = measured.checkpoint_bytes / min(measured.ship_bytes_per_second, assumed.network_bytes_per_second / nodes)
    begin = measured.session_seconds + ship + measured.open_seconds
    # A node's cores share its way to the pictures; a task does not read and compute at once.
    read = assumed.picture_bytes * assumed.cores / assumed.read_bytes_per_second
    task = math.ceil(pictures / tasks) * (measured.picture_seconds() + read) + measured.task_seconds
    work = math.ceil(tasks / slots) * task
    # Spark's treeAggregate of depth 2: about as many reducers as the square root of the tasks, then the driver.
    reducers = tasks // math.ceil(math.sqrt(tasks))
    state = measured.merge_seconds + measured.state_bytes / assumed.network_bytes_per_second
    reduce = math.ceil(reducers / slots) * math.ceil(tasks / reducers) * state
    driver = reducers * state
    shuffled = measured.state_bytes * (tasks + reducers)
    read_bytes = pictures * assumed.picture_bytes
    return Cost(pictures, nodes, begin + work + reduce + driver, read_bytes, shuffled, driver)


def table(measured: Measured, assumed: Assumed) -> str:
    lines = [
        "| pictures | nodes | hours | node-hours | TB read | GB shuffled | s at the driver |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for pictures in (10**6, 10**9):
        for nodes in (1, 16, 256):
            c = cost(pictures, nodes, measured, assumed)
            figures = [significant(c.seconds / 3600), significant(c.node_hours()), f"{c.bytes_read / 1e12:.3g}"]
            figures += [f"{c.bytes_shuffled / GB:.3g}", f"{c.driver_seconds:.2g}"]
            lines.append(f"| {pictures:,} | {nodes} | {' | '.join(figures)} |")
    return "\n".join(lines)


def significant(number: float) -> str:
    """Three digits, and no exponents."""
    return f"{float(f'{number:.3g}'):,.10g}"

"""How far two results lie apart.

    compare.py A.safetensors B.safetensors     relative error of the tensor `latents`
    compare.py A.png B.png                     differences of the pixels, of 255

The relative error is the largest absolute difference over the largest absolute value of B.
"""

import argparse
from pathlib import Path

import numpy
from PIL import Image
from safetensors.torch import load_file


def latents(path: Path) -> numpy.ndarray:
    return load_file(path)["latents"].double().numpy()


def pixels(path: Path) -> numpy.ndarray:
    return numpy.asarray(Image.open(path).convert("RGB"), dtype=numpy.float64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    args = parser.parse_args()
    read = latents if args.b.suffix == ".safetensors" else pixels
    a, b = read(args.a), read(args.b)
    if a.shape != b.shape:
        parser.error(f"the shapes differ: {a.shape} and {b.shape}")
    difference = numpy.abs(a - b)
    if read is latents:
        print(f"relative error {difference.max() / numpy.abs(b).max():.3e}, ", end="")
        print(f"root mean square {numpy.sqrt((difference**2).mean() / (b**2).mean()):.3e}")
    else:
        print(f"max {difference.max():.0f}, mean {difference.mean():.4f}, ", end="")
        print(f"equal {(difference == 0).mean():.4%}, within 1 {(difference <= 1).mean():.4%}")


if __name__ == "__main__":
    main()

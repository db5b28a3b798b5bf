"""Checkpoints in the true shapes of published ones, with seeded weights, and diffusers run on them.

    true_size.py make --configs stable-diffusion-v1-4 --output sd14
    true_size.py run --model sd14 --output-dir out --prompt "a red bicycle" --steps 50 --seed 1

`make` needs the configuration and tokenizer files of a checkpoint and draws its weights by the recipe
in fixtures/seeded.py; Stable Diffusion XL has 3.5 billion of them: choose --dtype. A network that agrees with diffusers on them computes the same function on the
trained ones; the pictures mean nothing. `run` writes initial_latents.safetensors, final_latents.safetensors
(tensor `latents`) and image.png, to be compared by compare.py with what this starts:

    ./chiaroscuro generate --model sd14 --initial-latents out/initial_latents.safetensors --save-latents DIR ...
"""

import argparse
import json
import resource
import shutil
import sys
import time
from pathlib import Path

import diffusers
import torch
import transformers
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(Path(__file__).parent / "fixtures"))
from seeded import seeded_tensor

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def on_meta(network, folder: Path) -> torch.nn.Module:
    """The network that a component's config.json describes, without memory for its weights."""
    with torch.device("meta"):
        if network.__module__.startswith("transformers"):
            return network(transformers.CLIPTextConfig.from_pretrained(folder))
        return network.from_config(network.load_config(folder))


def make(configs: Path, output: Path, dtype: torch.dtype, seed: int) -> None:
    networks = {
        "text_encoder": (transformers.CLIPTextModel, "model"),
        "vae": (diffusers.AutoencoderKL, "diffusion_pytorch_model"),
        "unet": (diffusers.UNet2DConditionModel, "diffusion_pytorch_model"),
    }
    index = json.loads((configs / "model_index.json").read_text())
    tokenizers = ["tokenizer"]
    if "text_encoder_2" in index:
        networks["text_encoder_2"] = (transformers.CLIPTextModelWithProjection, "model")
        tokenizers.append("tokenizer_2")
    else:
        index |= {"safety_checker": [None, None], "feature_extractor": [None, None]}
        index |= {"requires_safety_checker": False}
    output.mkdir(parents=True, exist_ok=True)
    for name in (*tokenizers, "scheduler", *networks):
        (output / name).mkdir(exist_ok=True)
        for source in (configs / name).iterdir():
            shutil.copyfile(source, output / name / source.name)
    (output / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")

    for name, (network, file) in networks.items():
        weights = {
            key: seeded_tensor(seed, key, parameter.shape).to(dtype)
            for key, parameter in on_meta(network, configs / name).named_parameters()
        }
        path = output / name / f"{file}.safetensors"
        save_file(weights, path, {"format": "pt", "recipe": "tools/fixtures/seeded.py", "seed": str(seed)})
        count = sum(weight.numel() for weight in weights.values())
        print(f"{path}: {len(weights)} tensors, {count / 1e6:.1f} million weights", flush=True)


def run(model: Path, output: Path, latents_file: Path | None, dtype: torch.dtype, args) -> None:
    # The class that model_index.json names; parts that are null there are not asked for.
    pipeline = diffusers.DiffusionPipeline.from_pretrained(model, dtype=dtype)
    pipeline.set_progress_bar_config(disable=True)
    width, height = args.size or [pipeline.unet.config.sample_size * pipeline.vae_scale_factor] * 2
    if latents_file:
        latents = load_file(latents_file)["latents"]
    else:
        factor = pipeline.vae_scale_factor
        shape = (1, pipeline.unet.config.in_channels, height // factor, width // factor)
        latents = torch.randn(shape, generator=torch.Generator("cpu").manual_seed(args.seed))
    output.mkdir(parents=True, exist_ok=True)
    save_file({"latents": latents}, output / "initial_latents.safetensors")

    moments = [time.perf_counter()]

    def report(_, step, timestep, state):
        moments.append(time.perf_counter())
        spread = state["latents"].float().std()
        print(f"step {step + 1}: t {int(timestep)}, {moments[-1] - moments[-2]:.2f} s, std {spread:.4f}", flush=True)
        return state

    with torch.inference_mode():
        final = pipeline(
            args.prompt,
            negative_prompt=args.negative_prompt,
            height=height,
            width=width,
            num_inference_steps=args.steps,
            guidance_scale=args.guidance_scale,
            latents=latents.to(dtype),
            output_type="latent",
            callback_on_step_end=report,
        ).images
        denoised = time.perf_counter()
        if hasattr(pipeline, "text_encoder_2"):
            pipeline.vae.to(torch.float32)  # It overflows in float16.
        scaled = final.to(pipeline.vae.dtype) / pipeline.vae.config.scaling_factor
        decoded = pipeline.vae.decode(scaled).sample
        print(f"decoded in {time.perf_counter() - denoised:.2f} s")
    save_file({"latents": final.float().contiguous()}, output / "final_latents.safetensors")
    image = decoded.float() / 2 + 0.5
    saturated = ((image < 0) | (image > 1)).float().mean()
    print(f"image before clamping: mean {image.mean():.4f}, {saturated:.1%} outside 0..1")
    pipeline.image_processor.postprocess(decoded.float())[0].save(output / "image.png")
    print(f"{time.perf_counter() - moments[0]:.2f} s in all on {torch.get_num_threads()} threads, ", end="")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height or width)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="write a checkpoint with seeded weights")
    making.add_argument("--configs", type=Path, required=True, help="a checkpoint's folder; weights not needed")
    making.add_argument("--output", type=Path, required=True)
    making.add_argument("--seed", type=int, default=0)
    running = commands.add_parser("run", help="generate one image with diffusers")
    running.add_argument("--model", type=Path, required=True)
    running.add_argument("--output-dir", type=Path, required=True)
    running.add_argument("--prompt", required=True)
    running.add_argument("--negative-prompt", default=None)
    running.add_argument("--steps", type=int, default=50)
    running.add_argument("--size", type=size, default=None, help="R or WxH in pixels; the checkpoint's own if absent")
    running.add_argument("--seed", type=int, default=0, help="of the initial latents")
    running.add_argument("--guidance-scale", type=float, default=7.5)
    running.add_argument("--initial-latents", type=Path, help="start from this file rather than from the seed")
    for command in (making, running):
        command.add_argument("--dtype", choices=DTYPES, default="float32")
    args = parser.parse_args()
    if args.command == "make":
        make(args.configs, args.output, DTYPES[args.dtype], args.seed)
    else:
        run(args.model, args.output_dir, args.initial_latents, DTYPES[args.dtype], args)


if __name__ == "__main__":
    main()

"""The other side of a comparison: what Worker.java does, done by diffusers.

    python diffusers_worker.py MODEL DTYPE THREADS eager|compiled

Needs torch, diffusers, transformers, numpy and Pillow, see tools/README.md. README.md lists the commands.
"""

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import diffusers
import numpy
import torch
import torch._inductor.config
import transformers
from diffusers.models.attention_processor import Attention
from PIL import Image

TIMESTEP = 500
TOKENS = 77
LEARNING_RATE = 1e-5
LORA_RANK = 8
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def measured(job) -> str:
    begin = time.perf_counter()
    result = job()
    seconds = time.perf_counter() - begin
    spread = result.float().std().item() if isinstance(result, torch.Tensor) else 0
    return f"{seconds:.6f} {spread:.9g}"


class LoraLinear(torch.nn.Module):
    """A linear layer with a LoRA beside it, as PEFT computes one."""

    def __init__(self, layer: torch.nn.Linear):
        super().__init__()
        self.layer = layer
        self.down = torch.nn.Linear(layer.in_features, LORA_RANK, bias=False)
        self.up = torch.nn.Linear(LORA_RANK, layer.out_features, bias=False)
        torch.nn.init.zeros_(self.up.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.layer(x)
        return y + self.up(self.down(x.to(self.down.weight.dtype))).to(y.dtype)


class Jobs:
    def __init__(self, model: str, dtype: str, mode: str):
        self.model = model
        self.compiled = mode == "compiled"
        self.dtype = getattr(torch, dtype)
        self.networks = SimpleNamespace()

    def versions(self) -> str:
        python = ".".join(map(str, sys.version_info[:2]))
        return f"Python {python}, torch {torch.__version__}, diffusers {diffusers.__version__}"

    def load(self) -> str:
        def read(network, folder):
            # The other way of loading needs accelerate; loading is not what is compared.
            return network.from_pretrained(
                self.model, subfolder=folder, torch_dtype=self.dtype, low_cpu_mem_usage=False
            ).eval()

        def job():
            self.networks.text_encoder = transformers.CLIPTextModel.from_pretrained(
                self.model, subfolder="text_encoder", dtype=self.dtype
            ).eval()
            self.networks.unet = read(diffusers.UNet2DConditionModel, "unet")
            self.networks.vae = read(diffusers.AutoencoderKL, "vae")
            if self.compiled:
                self.compile()
            self.downscale = 2 ** (len(self.networks.vae.config.block_out_channels) - 1)

        with torch.inference_mode(False):
            return measured(job)

    def compile(self) -> None:
        """Weights are frozen into the programs; the first call of each compiles for minutes."""
        torch._inductor.config.freezing = True
        self.networks.unet.forward = torch.compile(self.networks.unet.forward)
        self.networks.vae.encoder.forward = torch.compile(self.networks.vae.encoder.forward)
        self.networks.vae.decoder.forward = torch.compile(self.networks.vae.decoder.forward)

    def text(self) -> str:
        ids = torch.zeros(1, TOKENS, dtype=torch.int64)
        return measured(lambda: self.networks.text_encoder(ids).last_hidden_state)

    def unet(self, size: int, batch: int) -> str:
        side = size // self.downscale
        latents = self.noise(batch, self.networks.unet.config.in_channels, side, side)
        encoded = self.noise(batch, TOKENS, self.networks.unet.config.cross_attention_dim)
        return measured(lambda: self.networks.unet(latents, TIMESTEP, encoded).sample)

    def train(self, size: int, batch: int) -> str:
        """A step as diffusers' examples/text_to_image takes it; bfloat16 is autocast around float32 weights."""
        with torch.inference_mode(False):
            if not hasattr(self, "optimizer"):
                self.networks.unet.float().train()
                self.learn(list(self.networks.unet.parameters()))
            return self.trained(size, batch)

    def train_lora(self, size: int, batch: int) -> str:
        """As the example's LoRA script: the network in its type, the LoRA in float32, autocast around both."""
        with torch.inference_mode(False):
            if not hasattr(self, "optimizer"):
                self.networks.unet.requires_grad_(False).train()
                attentions = [m for m in self.networks.unet.modules() if isinstance(m, Attention)]
                for attention in attentions:
                    for name in ("to_q", "to_k", "to_v"):
                        setattr(attention, name, LoraLinear(getattr(attention, name)))
                    attention.to_out[0] = LoraLinear(attention.to_out[0])
                self.learn([p for p in self.networks.unet.parameters() if p.requires_grad])
            return self.trained(size, batch)

    def learn(self, parameters: list) -> None:
        self.learnt = parameters
        self.optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE)
        self.scheduler = diffusers.DDPMScheduler.from_pretrained(self.model, subfolder="scheduler")

    def trained(self, size: int, batch: int) -> str:
        side = size // self.downscale
        latents = self.noise(batch, self.networks.unet.config.in_channels, side, side).float()
        encoded = self.noise(batch, TOKENS, self.networks.unet.config.cross_attention_dim)

        def job():
            generator = torch.Generator("cpu").manual_seed(0)
            noise = torch.randn(latents.shape, generator=generator)
            timesteps = torch.randint(0, 1000, (batch,), generator=generator)
            noisy = self.scheduler.add_noise(latents, noise, timesteps).to(self.networks.unet.dtype)
            with torch.autocast("cpu", self.dtype, enabled=self.dtype != torch.float32):
                prediction = self.networks.unet(noisy, timesteps, encoded).sample
            torch.nn.functional.mse_loss(prediction.float(), noise).backward()
            torch.nn.utils.clip_grad_norm_(self.learnt, 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
            return prediction.detach()

        return measured(job)

    def encode(self, size: int, batch: int) -> str:
        images = self.noise(batch, self.networks.vae.config.in_channels, size, size)
        return measured(lambda: self.networks.vae.encode(images).latent_dist.mode())

    def decode(self, size: int, batch: int) -> str:
        side = size // self.downscale
        latents = self.noise(batch, self.networks.vae.config.latent_channels, side, side)
        return measured(lambda: self.networks.vae.decode(latents).sample)

    def stats(self, size: int, batch: int, count: int, folder: str) -> str:
        files = sorted(file for file in Path(folder).rglob("*") if file.suffix.lower() in SUFFIXES)[:count]

        def job():
            for i in range(0, len(files), batch):
                images = torch.stack([self.photograph(file, size) for file in files[i : i + batch]])
                latents = self.networks.vae.encode(images.to(self.dtype)).latent_dist.mode()
                latents = latents * self.networks.vae.config.scaling_factor
            return latents

        return measured(job)

    def noise(self, *shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(0)).to(self.dtype)

    @staticmethod
    def photograph(file: Path, size: int) -> torch.Tensor:
        """As torchvision's Resize, CenterCrop, ToTensor and Normalize(0.5, 0.5) make it."""
        image = Image.open(file).convert("RGB")
        width, height = image.size
        shorter = min(width, height)
        image = image.resize((int(size * width / shorter), int(size * height / shorter)), Image.Resampling.BILINEAR)
        left, top = round((image.width - size) / 2), round((image.height - size) / 2)
        image = image.crop((left, top, left + size, top + size))
        return torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous().float().div(255).sub(0.5).div(0.5)


def main() -> None:
    model, dtype, threads, mode = sys.argv[1:]
    torch.set_num_threads(int(threads))
    jobs = Jobs(model, dtype, mode)
    # Inductor freezes weights only where no gradients can be asked for.
    with torch.no_grad() if mode == "compiled" else torch.inference_mode():
        for line in sys.stdin:
            name, *words = line.rstrip("\n").split(" ", 4)
            arguments = [int(word) if word.isdigit() else word for word in words]
            print(getattr(jobs, name.replace("-", "_"))(*arguments), flush=True)


if __name__ == "__main__":
    main()

"""Reference values for matching under a Siamese augmentation, made with PyTorch.

    python tests/golden/make_matching.py        (PyTorch 2.15, safetensors)

Writes matching.safetensors beside this script: a ConvNet (width 8, depth 2, instance norm, average pooling) for
3x16x16 images of 3 classes, under state.NAME; for each class c real images real.c and synthetic images
synthetic.c; and in the metadata, under draw.c, the transformation of that class, which is the same for every
image of both: operations with their parameters, separated by |.

feature.loss is the loss of distribution matching, the sum over the classes of the squared distance between
the mean features of the real and of the synthetic images; gradient.loss that of gradient matching, the sum over
the classes of the distance "ours" between the gradients of the mean cross-entropy: over all weights of more
than one dimension and all their outputs, one minus the cosine. feature.images.c and gradient.images.c are the
losses' gradients with respect to synthetic.c.

Weights and images are rounded to bfloat16, which is exact in every precision; everything is then computed in
double precision and stored in single.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from augmentations import OPERATIONS, rounded

REAL, SYNTHETIC = 5, 2
DRAWS = [[("rotate", (11.25,))],
         [("color", (0.25, 0.5, 1.25))],
         [("crop", (-1, 2)), ("cutout", (3, 12)), ("flip", (1,)), ("scale", (0.875, 1.125))]]


class ConvNet(nn.Module):
    def __init__(self, width=8, classes=3):
        super().__init__()
        blocks = []
        for channels in (3, width):
            blocks += [nn.Conv2d(channels, width, 3, padding=1), nn.GroupNorm(width, width), nn.ReLU(),
                       nn.AvgPool2d(2)]
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Linear(width * 16, classes)

    def embed(self, x):
        return self.features(x).flatten(1)

    def forward(self, x):
        return self.classifier(self.embed(x))


def augmented(x, draw):
    for name, parameters in draw:
        x = OPERATIONS[name](x, [parameters] * len(x))
    return x


def feature_distance(model, real, synthetic, _):
    return ((model.embed(real).mean(0).detach() - model.embed(synthetic).mean(0)) ** 2).sum()


def gradient_distance(model, real, synthetic, label):
    def gradient(x, create_graph):
        loss = F.cross_entropy(model(x), torch.full((len(x),), label))
        return torch.autograd.grad(loss, list(model.parameters()), create_graph=create_graph)

    total = 0
    for r, s in zip(gradient(real, False), gradient(synthetic, True)):
        if r.dim() > 1:
            r, s = r.flatten(1), s.flatten(1)
            cosine = (r * s).sum(1) / (r.norm(dim=1) * s.norm(dim=1) + 1e-6)
            total = total + (1 - cosine).sum()
    return total


def main():
    torch.manual_seed(20260103)
    torch.set_num_threads(1)
    half, single = torch.bfloat16, torch.float32
    model = ConvNet().double()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.unique().numel() == 1:  # scales and shifts away from 1 and 0
                parameter.add_(0.3 * torch.randn_like(parameter))
            parameter.copy_(rounded(parameter))
    out = {f"state.{name}": value.to(half) for name, value in model.named_parameters()}
    images = lambda count: rounded(torch.randn(count, 3, 16, 16, dtype=torch.float64))
    reals = [images(REAL) for _ in DRAWS]
    synthetics = [images(SYNTHETIC).requires_grad_() for _ in DRAWS]
    for label, (real, synthetic) in enumerate(zip(reals, synthetics)):
        out[f"real.{label}"], out[f"synthetic.{label}"] = real.to(half), synthetic.to(half)
    for kind, distance in (("feature", feature_distance), ("gradient", gradient_distance)):
        loss = sum(distance(model, augmented(real, draw), augmented(synthetic, draw), label)
                   for label, (draw, real, synthetic) in enumerate(zip(DRAWS, reals, synthetics)))
        out[f"{kind}.loss"] = loss.reshape(1).to(single)
        for label, gradient in enumerate(torch.autograd.grad(loss, synthetics)):
            out[f"{kind}.images.{label}"] = gradient.to(single)
    metadata = {}
    for label, draw in enumerate(DRAWS):
        steps = [" ".join([name, *map(str, parameters)]) for name, parameters in draw]
        metadata[f"draw.{label}"] = " | ".join(steps)
    out = {key: value.detach().contiguous() for key, value in out.items()}
    path = pathlib.Path(__file__).parent / "matching.safetensors"
    save_file(out, path, metadata)
    path.chmod(0o644)


if __name__ == "__main__":
    main()
